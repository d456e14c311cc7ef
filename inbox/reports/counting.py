"""Queries that several reports ask."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox.events import EventKind
from inbox.model import Conversation, Direction, Event, Message, MessageState, Status
from inbox.reports.base import Scope


def conversations(scope: Scope, *columns: Any) -> Any:
    """Those that began in the span; one that was merged into another is that other's."""
    return sa.select(*columns).where(
        scope.span(col(Conversation.id)),
        col(Conversation.status) != Status.MERGED,
        *scope.of_conversations(),
    )


def messages(scope: Scope, *columns: Any) -> Any:
    """What was written in the span, without notes, what was taken back, and logged calls."""
    query = sa.select(*columns).where(
        scope.span(col(Message.id)),
        col(Message.direction) != Direction.NOTE,
        col(Message.state).not_in((MessageState.CANCELLED, MessageState.NOTED)),
        col(Message.is_side).is_(False),
    )
    limits = scope.of_conversations()
    if not limits:
        return query
    joined = query.join(Conversation, col(Conversation.id) == col(Message.conversation_id))
    return joined.where(*limits)


def resolutions(scope: Scope, *columns: Any) -> Any:
    """Each time that one was resolved in the span."""
    query = sa.select(*columns).where(
        scope.span(col(Event.id)),
        col(Event.kind) == EventKind.STATUS_CHANGED,
        col(Event.particulars)["after"].as_string() == Status.RESOLVED.value,
    )
    limits = scope.of_conversations()
    if not limits:
        return query
    joined = query.join(Conversation, col(Conversation.id) == col(Event.conversation_id))
    return joined.where(*limits)


def pairs(session: Session, query: Any) -> list[tuple[Any, int]]:
    return [(key, number) for key, number in session.execute(query)]
