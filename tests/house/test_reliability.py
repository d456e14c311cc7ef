"""Each proof that docs/reliability.md names is a test that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_proof_is_a_test() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text()
    named = set(re.findall(r"`(test_\w+)`", page))
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
    }

    assert named
    assert named - there == set()
