"""Times of which we can't know whether all that customers wrote has come; a person is told."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from inbox import clock
from inbox.i18n import cut, kept
from inbox.model import Inbox

LONGEST_WHY = 500
OPEN: None = None  # until it can be looked up


def note(
    session: Session, inbox_id: str, since: datetime, until: datetime | None, why: str = ""
) -> None:
    """One that began at the same time is the same, and reaches as far as is said now."""
    inbox = _held(session, inbox_id)
    gap = {
        "since": since.isoformat(), "until": until.isoformat() if until else OPEN,
        "why": kept(cut(why, LONGEST_WHY)),
    }  # fmt: skip
    others = [one for one in inbox.gaps if one["since"] != gap["since"]]
    inbox.gaps = [*others, gap]
    session.add(inbox)


def looked_up(session: Session, inbox_id: str) -> None:
    """Everything up to now is known: what was open is none any more."""
    inbox = _held(session, inbox_id)
    inbox.reconciled_at = clock.now()
    inbox.gaps = [one for one in inbox.gaps if one["until"] is not OPEN]
    session.add(inbox)


def dismiss(session: Session, inbox_id: str) -> None:
    """Somebody has seen them."""
    inbox = _held(session, inbox_id)
    inbox.gaps = []
    session.add(inbox)


def shown(inbox: Inbox) -> list[dict[str, Any]]:
    """With times as such."""
    return [
        {
            "since": datetime.fromisoformat(one["since"]),
            "until": datetime.fromisoformat(one["until"]) if one["until"] else None,
            "why": one.get("why", ""),
        }
        for one in inbox.gaps
    ]


def _held(session: Session, inbox_id: str) -> Inbox:
    return session.exec(select(Inbox).where(col(Inbox.id) == inbox_id).with_for_update()).one()
