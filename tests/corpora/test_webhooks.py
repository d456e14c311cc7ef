"""Requests as providers send them: verified, and read right."""

import json
from pathlib import Path
from typing import Any

import pytest

from inbox.testing import parse_hook


@pytest.mark.parametrize("provider", ["twilio", "telegram", "whatsapp"])
def test_requests_of_providers_are_read_right(provider: str, corpora: Path) -> None:
    folder = corpora / "webhooks" / provider
    wrong = {
        entry["file"]: {name: (value, found.get(name)) for name, value in missed.items()}
        for entry in json.loads((folder / "expectations.json").read_text())
        if (found := parse_hook(provider, json.loads((folder / entry["file"]).read_text())))
        and (missed := {k: v for k, v in entry["expect"].items() if not holds(v, found.get(k))})
    }

    assert wrong == {}


def holds(wanted: Any, found: Any) -> bool:
    """What is expected is there; more may be."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(holds(v, found.get(k)) for k, v in wanted.items())
    if isinstance(wanted, list):
        return len(wanted) == len(found) and all(map(holds, wanted, found))
    return bool(wanted == found)
