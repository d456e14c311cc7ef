"""The workspace: its name, colour and language."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from sqlmodel import Session, select

from inbox import i18n
from inbox.db import touch
from inbox.errors import Invalid
from inbox.events import Actor, EventKind, record
from inbox.i18n import N_
from inbox.model import Workspace

TOPIC = "workspace"  # woken by a change, so that every process has it
DAYS = ("rule_run_days", "webhook_log_days", "remembered_answer_days", "inline_raw_days")
EDITABLE = {"name", "hue", "locale", "time_zone", "undo_seconds", *DAYS}
LONGEST_UNDO = 60
MOST_DAYS = 3650


def current(session: Session) -> Workspace:
    """The stored one, or the defaults that hold before the first run."""
    return session.exec(select(Workspace)).first() or Workspace()


def update(session: Session, changes: Mapping[str, Any], *, by: Actor) -> Workspace:
    wrong = dict.fromkeys(set(changes) - EDITABLE, "This can't be changed here.")
    wrong |= {name: _CHECKS[name][1] for name in changes if not _holds(name, changes[name])}
    if wrong:
        raise Invalid(fields=wrong)
    found = current(session)
    for name, value in changes.items():
        setattr(found, name, value)
    session.add(found)
    touch(session, TOPIC)
    record(session, EventKind.SETTING_CHANGED, by=by, setting="workspace", changes=dict(changes))
    return found


def checked_name(name: str) -> str:
    if not _holds("name", name):
        raise Invalid(fields={"workspace": _CHECKS["name"][1]})
    return name.strip()


_CHECKS: dict[str, tuple[Any, str]] = {
    "name": (lambda v: 0 < len(v.strip()) <= 120, N_("Give a name of up to 120 characters.")),
    "hue": (lambda v: 0 <= v < 360, N_("Give a number from 0 to 359.")),
    "locale": (lambda v: v in i18n.LOCALES, N_("Choose a language from the list.")),
    "time_zone": (lambda v: v in available_timezones(), N_("Choose a time zone from the list.")),
    "undo_seconds": (lambda v: 0 <= v <= LONGEST_UNDO, N_("Give 0 to 60 seconds.")),
    **{name: (lambda v: 0 <= v <= MOST_DAYS, N_("Give 0 to 3650 days.")) for name in DAYS},
}


def _holds(name: str, value: Any) -> bool:
    return name not in _CHECKS or bool(_CHECKS[name][0](value))
