"""The trail of events, for readers who keep their place in it."""

from sqlmodel import Session, col, select

from inbox.db import settled
from inbox.model import Event


def after(session: Session, place: int, limit: int) -> list[Event]:
    """Events after `place` that no transaction still open can slip in before, in order."""
    query = select(Event).where(col(Event.seq) > place, settled(session))
    return list(session.exec(query.order_by(col(Event.seq)).limit(limit)))


def latest(session: Session) -> int:
    """The place of the newest settled event; 0 before there is any."""
    query = select(Event.seq).where(settled(session)).order_by(col(Event.seq).desc())
    return session.exec(query.limit(1)).first() or 0
