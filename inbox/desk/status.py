"""Where a conversation stands: resolved, opened again, spam; how urgent; read or not."""

from sqlmodel import Session

from inbox import clock
from inbox.desk import assignment, counters
from inbox.errors import Invalid
from inbox.events import Actor, EventKind, record
from inbox.model import Conversation, Priority, Status


def set_status(
    session: Session, conversation: Conversation, status: Status, *, by: Actor, reason: str = ""
) -> Conversation:
    """Nothing happens if it stands there already. Snoozing has a time, so it has its own verb."""
    counters.hold(session, conversation)
    before = conversation.status
    if before is status:
        return conversation
    if status is Status.SNOOZED:
        raise Invalid(fields={"status": "Say until when, by snoozing it."})
    with counters.kept(session, conversation):
        conversation.status = status
        conversation.snoozed_until = None
        conversation.snoozed_until_reply = False
        conversation.resolved_at = clock.now() if conversation.is_closed else None
        conversation.version += 1
        if conversation.is_closed:
            conversation.unread = 0
            conversation.waiting_since = None
    record(
        session, EventKind.STATUS_CHANGED, by=by, conversation=conversation,
        before=before, after=status, reason=reason,
    )  # fmt: skip
    if status is Status.OPEN:
        assignment.free_of_who_left(session, [conversation], by=by)
    return conversation


def resolve(session: Session, conversation: Conversation, *, by: Actor) -> Conversation:
    return set_status(session, conversation, Status.RESOLVED, by=by)


def reopen(session: Session, conversation: Conversation, *, by: Actor) -> Conversation:
    return set_status(session, conversation, Status.OPEN, by=by)


def mark_spam(session: Session, conversation: Conversation, *, by: Actor) -> Conversation:
    return set_status(session, conversation, Status.SPAM, by=by)


def set_priority(
    session: Session, conversation: Conversation, priority: int, *, by: Actor
) -> Conversation:
    try:
        wanted = Priority(priority)
    except ValueError:
        raise Invalid(fields={"priority": "Give a number from 0 (none) to 4 (urgent)."}) from None
    before = conversation.priority
    if before == wanted:
        return conversation
    conversation.priority = wanted
    conversation.version += 1
    session.add(conversation)
    record(
        session, EventKind.PRIORITY_CHANGED, by=by, conversation=conversation,
        before=before, after=int(wanted),
    )  # fmt: skip
    return conversation


def mark_read(session: Session, conversation: Conversation, *, by: Actor) -> Conversation:
    counters.hold(session, conversation)
    if conversation.unread:
        conversation.unread = 0
        session.add(conversation)
        record(session, EventKind.CONVERSATION_READ, by=by, conversation=conversation)
    return conversation


def mark_unread(session: Session, conversation: Conversation, *, by: Actor) -> Conversation:
    if not conversation.unread:
        conversation.unread = 1
        session.add(conversation)
        record(session, EventKind.CONVERSATION_UNREAD, by=by, conversation=conversation)
    return conversation
