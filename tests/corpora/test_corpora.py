"""Real mails that others collected, with what is known of each: read to at least these floors.

Counted is a file of which every known fact is read right. Which are not, and
why, is in docs/corpora.md.
"""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = {"email": 97, "bounces": 95, "replies": 85, "threads": 95}  # per cent of the files
LANGUAGE_FLOOR = 70  # per cent of the replies in each language
SMALLEST_LANGUAGE = 3  # files; fewer say nothing in per cent
FUNCTIONS = {
    "--parser": "parse_email",
    "--replies": "visible_reply",
    "--html-replies": "visible_reply_html",
    "--threads": "thread_keys",
    "--subjects": "base_subject",
}


@pytest.fixture(scope="module")
def files(corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bool]]:
    """For each area: whether everything known of a file was read right."""
    facts = tmp_path_factory.mktemp("facts") / "facts.json"
    options = [word for pair in FUNCTIONS.items() for word in (pair[0], f"inbox.testing:{pair[1]}")]
    subprocess.run(
        [sys.executable, corpora / "check_email.py", *options, "--json", facts, "--show", "0"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    for fact in json.loads(facts.read_text()):
        name = f"{fact['source']}/{fact['file']}"
        found[fact["area"]][name] = found[fact["area"]].get(name, True) and fact["ok"]
    return found


@pytest.mark.parametrize("area", FLOORS)
def test_real_mail_is_read_right(area: str, files: dict[str, dict[str, bool]]) -> None:
    right = sum(files[area].values())

    assert 100 * right / len(files[area]) >= FLOORS[area], f"{right} of {len(files[area])}"


def test_no_language_of_replies_is_left_behind(
    corpora: Path, files: dict[str, dict[str, bool]]
) -> None:
    languages: dict[str, list[bool]] = defaultdict(list)
    for source in (corpora / "replies").glob("*/expectations.json"):
        for entry in json.loads(source.read_text()):
            name = f"{source.parent.name}/{entry['file']}"
            languages[entry.get("language", "")].append(files["replies"].get(name, True))
    shares = {
        language: 100 * sum(right) / len(right)
        for language, right in languages.items()
        if len(right) >= SMALLEST_LANGUAGE
    }

    assert shares
    assert {one: share for one, share in shares.items() if share < LANGUAGE_FLOOR} == {}
