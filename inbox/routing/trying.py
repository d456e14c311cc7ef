"""Tries a rule on what happened lately, before it is switched on: nothing is done, only asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.model import Contact, Conversation, Event
from inbox.routing import conditions
from inbox.routing.facts import gather_all

EVENTS = 200
LOOK_BACK = 20_000  # events of any kind; a kind that is rare is not searched for any further


@dataclass(frozen=True, slots=True)
class Trial:
    """One event with the answer that the rule would have given."""

    at: datetime
    conversation: Conversation
    contact: Contact
    held: bool
    reasons: Sequence[conditions.Reason]


def would_match(
    session: Session, event_kind: str, wanted: Mapping[str, Any], *, limit: int = EVENTS
) -> list[Trial]:
    """The newest first, with what is known of each conversation today."""
    events = _latest(session, event_kind, limit)
    return [
        Trial(event.at, subject.conversation, subject.contact, *conditions.matches(wanted, facts))
        for event, subject, facts in gather_all(session, events)
    ]


def _latest(session: Session, event_kind: str, limit: int) -> Sequence[Event]:
    newest = sa.select(sa.func.max(col(Event.seq))).scalar_subquery()
    return session.exec(
        select(Event)
        .where(
            Event.kind == event_kind,
            col(Event.seq) > newest - LOOK_BACK,
            col(Event.conversation_id).is_not(None),
        )
        .order_by(col(Event.seq).desc())
        .limit(limit)
    ).all()
