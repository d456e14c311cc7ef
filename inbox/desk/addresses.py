"""Addresses of which somebody said that there is nobody there."""

from collections.abc import Mapping

from sqlmodel import Session, col, select

from inbox import clock
from inbox.events import Actor, EventKind, record
from inbox.model import Identity


def mark_dead(session: Session, dead: Mapping[str, str], *, by: Actor) -> None:
    """With why. Nothing can be sent to these addresses until somebody writes from there."""
    if not dead:
        return
    marked = select(Identity).where(Identity.kind == "email", col(Identity.value).in_(dead))
    for identity in session.exec(marked):
        identity.bouncing_since = clock.now()
        session.add(identity)
        record(
            session,
            EventKind.IDENTITY_BOUNCED,
            by=by,
            contact_id=identity.contact_id,
            address=identity.value,
            explanation=dead[identity.value],
        )
