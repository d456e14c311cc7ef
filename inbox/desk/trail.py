"""The trail of events, for readers who keep their place in it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.db import settled
from inbox.model import Event

E = Event.__table__.c  # type: ignore[attr-defined]
TOLD = (
    sa.select(
        E.seq, E.id, E.kind, E.at, E.actor_name, E.conversation_id, E.message_id, E.particulars
    )
    .where(E.seq > sa.bindparam("place"))
    .order_by(E.seq)
)


def after(session: Session, place: int, limit: int) -> list[Event]:
    """Events after `place` that no transaction still open can slip in before, in order."""
    query = select(Event).where(col(Event.seq) > place, settled(session))
    return list(session.exec(query.order_by(col(Event.seq)).limit(limit)))


def told(session: Session, place: int, limit: int) -> Sequence[sa.Row[Any]]:
    """As `after`, with as much of them as pages are told."""
    query = TOLD.where(settled(session)).limit(limit)
    return session.execute(query, {"place": place}).all()


def latest(session: Session) -> int:
    """The place of the newest settled event; 0 before there is any."""
    query = select(Event.seq).where(settled(session)).order_by(col(Event.seq).desc())
    return session.exec(query.limit(1)).first() or 0
