"""Put aside until a time, until the customer replies, or whichever comes first."""

from datetime import datetime

from sqlmodel import Session, col, select

from inbox import clock
from inbox.desk import assignment, counters
from inbox.errors import Invalid
from inbox.events import Actor, EventKind, record
from inbox.model import Conversation, Status

WAKE_AT_ONCE = 200


def snooze(
    session: Session,
    conversation: Conversation,
    until: datetime | None,
    *,
    until_reply: bool = True,
    by: Actor,
) -> Conversation:
    """`until_reply` false keeps it asleep even when the customer writes."""
    if until is None and not until_reply:
        raise Invalid(fields={"until": "Give a time, or wait for the customer's reply."})
    if until is not None and until <= clock.now():
        raise Invalid(fields={"until": "This time is over. Give one that is still to come."})
    counters.hold(session, conversation)
    with counters.kept(session, conversation):
        conversation.status = Status.SNOOZED
        conversation.snoozed_until = until
        conversation.snoozed_until_reply = until_reply
        conversation.resolved_at = None
        conversation.version += 1
    record(
        session, EventKind.CONVERSATION_SNOOZED, by=by, conversation=conversation,
        until=until.isoformat() if until else None, until_reply=until_reply,
    )  # fmt: skip
    return conversation


def wake(session: Session, conversation: Conversation, *, by: Actor) -> Conversation:
    """The conversation's row is held already."""
    with counters.kept(session, conversation):
        conversation.status = Status.OPEN
        conversation.snoozed_until = None
        conversation.snoozed_until_reply = False
        conversation.woke_at = conversation.last_at = clock.now()
        conversation.version += 1
    record(session, EventKind.CONVERSATION_WOKE, by=by, conversation=conversation)
    assignment.free_of_who_left(session, [conversation], by=by)
    return conversation


def wake_due(session: Session, now: datetime, *, by: Actor) -> int:
    """All that are due at or before `now`, however long we were away; how many were woken."""
    due = session.exec(
        select(Conversation)
        .where(Conversation.status == Status.SNOOZED, col(Conversation.snoozed_until) <= now)
        .order_by(col(Conversation.snoozed_until))
        .limit(WAKE_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for conversation in due:
        wake(session, conversation, by=by)
    return len(due)
