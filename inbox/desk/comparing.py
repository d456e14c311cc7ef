"""Each night a mailbox is compared with what is stored; a gap is a bug, and is told."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock
from inbox.db import touch
from inbox.desk import inboxes
from inbox.errors import Conflict
from inbox.events import SYSTEM, Actor, EventKind, record
from inbox.i18n import N_, kept
from inbox.model import Inbox

TOPIC = "comparing"
NIGHT = range(1, 5)  # hours of UTC
USUAL = timedelta(hours=20)
LONGEST = timedelta(hours=30)  # where there was no quiet night
LEASE = timedelta(hours=1)
NAMED = 20  # of those that were missed


def want(session: Session, inbox_id: str, *, by: Actor) -> Inbox:
    """As soon as a worker has time, which is at once."""
    inbox = inboxes.get(session, inbox_id)
    if not inbox.enabled or not inbox.checkpoint:
        raise Conflict(N_("Nothing has been fetched from this mailbox yet. Switch it on first."))
    inbox.check_wanted = True
    session.add(inbox)
    record(session, EventKind.INBOX_UPDATED, by=by, inbox_id=inbox.id, fields=["check_wanted"])
    touch(session, TOPIC)
    return inbox


def claim(session: Session, now: datetime) -> Inbox | None:
    """One that is due, and nobody else's for an hour."""
    began = col(Inbox.check_began_at)
    checked = sa.func.coalesce(col(Inbox.checked_at), col(Inbox.created_at))
    before = now - (USUAL if now.hour in NIGHT else LONGEST)
    due = sa.or_(col(Inbox.check_wanted), checked < before)
    query = (
        select(Inbox)
        .where(col(Inbox.enabled), Inbox.kind == "email", due)
        .where(sa.or_(began.is_(None), began < now - LEASE))
        .order_by(col(Inbox.check_wanted).desc(), col(Inbox.id))
        .with_for_update(skip_locked=True)
    )
    for inbox in session.exec(query):
        if inbox.checkpoint:
            begin(session, inbox)
            return inbox
    return None


def begin(session: Session, inbox: Inbox) -> None:
    inbox.check_began_at, inbox.check_wanted = clock.now(), False
    session.add(inbox)


def finish(
    session: Session, inbox_id: str, looked: int, missed: Sequence[str], error: str = ""
) -> Inbox:
    """`missed` names those that had to be fetched; told as an event too."""
    inbox = inboxes.get(session, inbox_id)
    inbox.check_began_at = None
    if not error:
        inbox.checked_at = clock.now()
    inbox.checked = _found(looked, missed, error)
    session.add(inbox)
    if missed:
        record(
            session, EventKind.MAIL_MISSED, by=SYSTEM, inbox_id=inbox.id, count=len(missed),
            external_ids=list(missed[:NAMED]),
        )  # fmt: skip
    return inbox


def _found(looked: int, missed: Sequence[str], error: str) -> dict[str, Any]:
    return {
        "looked": looked,
        "missed": len(missed),
        "external_ids": list(missed[:NAMED]),
        "error": kept(error),
        "at": clock.now().isoformat(),
    }
