"""For the authors of channels and for us: a fake channel, a fixed clock, the channel contract."""

from importlib import import_module
from typing import Any

# name → module; loaded when asked for, so that one tool doesn't bring the others' imports
_PLACES = {
    "FakeChannel": "inbox.testing.fake_channel",
    "FakeSettings": "inbox.testing.fake_channel",
    "base_subject": "inbox.testing.checkers",
    "check_channel": "inbox.testing.channel_contract",
    "damaged": "inbox.testing.damage",
    "fixed_clock": "inbox.testing.clocks",
    "parse_email": "inbox.testing.checkers",
    "parse_hook": "inbox.testing.hooks",
    "thread_keys": "inbox.testing.threading",
    "visible_reply": "inbox.testing.checkers",
    "visible_reply_html": "inbox.testing.checkers",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"inbox.testing has no {name!r}; it has {', '.join(sorted(_PLACES))}")
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted(_PLACES)
