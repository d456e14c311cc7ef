"""The trail of events, for readers who keep their place in it."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.db import settled
from inbox.model import Event

E = Event.__table__.c  # type: ignore[attr-defined]
TOLD = (
    sa.select(
        E.seq,
        E.id,
        E.kind,
        E.at,
        E.actor_kind,
        E.actor_name,
        E.conversation_id,
        E.message_id,
        E.particulars,
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


def seen(
    session: Session, place: int, limit: int, inbox_ids: Collection[str] | None
) -> tuple[list[Event], int]:
    """As `after`, without what stands in other inboxes; and the place to go on from.

    Who is limited to inboxes hears nothing of the settings and the team.
    """
    if inbox_ids is None:
        found = after(session, place, limit)
        return found, (found[-1].seq or place) if found else place
    newest = latest(session)  # first, so that what is passed over is older
    in_sight = sa.or_(
        col(Event.inbox_id).in_(inbox_ids),
        sa.and_(col(Event.inbox_id).is_(None), col(Event.contact_id).is_not(None)),
    )
    query = select(Event).where(col(Event.seq) > place, col(Event.seq) <= newest, in_sight)
    found = list(session.exec(query.order_by(col(Event.seq)).limit(limit)))
    full = len(found) == limit
    return found, (found[-1].seq or place) if full else max(place, newest)


def latest(session: Session) -> int:
    """The place of the newest settled event; 0 before there is any."""
    query = select(Event.seq).where(settled(session)).order_by(col(Event.seq).desc())
    return session.exec(query.limit(1)).first() or 0
