"""Answers to the customer: queued in the outbox, undone while there is time, tried again."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock
from inbox.db import touch
from inbox.desk import composing, copies, counters, deliveries, rearranging, repeats
from inbox.desk.composing import Composed
from inbox.errors import Conflict, NotFound
from inbox.events import Actor, EventKind, record
from inbox.i18n import N_
from inbox.model import (
    Conversation,
    Delivery,
    Direction,
    Message,
    MessageState,
    Status,
)  # fmt: skip

__all__ = ["Composed", "Overtaken", "answered", "reply", "retry", "stands_beside", "undo"]

PREVIEW_LENGTH = 160


class Overtaken(Conflict):
    """Somebody wrote or answered since you began."""

    def __init__(self, newer: Sequence[Message]) -> None:
        self.newer = list(newer)
        super().__init__()


def reply(
    session: Session, conversation: Conversation, composed: Composed, *, by: Actor, request_id: str
) -> Message:
    """Queue an answer; the same `request_id` twice is the same message, or Conflict if it isn't."""
    counters.hold(session, conversation)
    repeated = session.exec(select(Delivery).where(Delivery.request_id == request_id)).first()
    if repeated:
        return _same(session.get_one(Message, repeated.message_id), conversation, composed)
    composing.check(composed)
    rearranging.refuse_merged(conversation)
    _refuse_overtaken(session, conversation, composed)
    channel = composing.chosen(session, conversation, composed)
    copies.check(session, conversation, composed, channel)
    message = composing.message(session, conversation, composed, channel, by)
    session.add(message)
    session.flush()
    composing.attach(session, message, composed.attachment_ids)
    session.add(deliveries.new(message, request_id, composed.not_before or clock.now()))
    if channel.is_side:
        stands_beside(session, conversation, message)
    else:
        copies.copy_in(session, conversation, message)
        answered(session, conversation, message, by)
    kind = EventKind.SIDE_MESSAGE_QUEUED if channel.is_side else EventKind.REPLY_QUEUED
    record(
        session, kind, by=by, conversation=conversation, message_id=message.id,
        automatic=composed.automatic,
    )  # fmt: skip
    touch(session, deliveries.TOPIC)
    return message


def undo(session: Session, message_id: str, *, by: Actor) -> Message:
    """Take a queued answer back; Conflict once it is on its way."""
    message = _outgoing(session, message_id)
    changed = session.execute(
        sa.update(Delivery)
        .where(col(Delivery.message_id) == message_id, col(Delivery.state) == MessageState.QUEUED)
        .values(state=MessageState.CANCELLED)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("It is too late to take this message back.")
    message.state = MessageState.CANCELLED
    session.add(message)
    session.flush()
    conversation = session.get_one(Conversation, message.conversation_id)
    _taken_back(session, conversation, message, by)
    record(
        session, EventKind.REPLY_CANCELLED, by=by, conversation=conversation, message_id=message.id
    )
    return message


def retry(session: Session, message_id: str, *, by: Actor) -> Message:
    """Queue a failed or unknown one again, because a person says so."""
    message = _outgoing(session, message_id)
    delivery = session.exec(select(Delivery).where(Delivery.message_id == message_id)).first()
    if delivery is None:
        raise Conflict(N_("A mail program sent this. Send it again from there."))
    if delivery.state not in (MessageState.FAILED, MessageState.UNKNOWN):
        raise Conflict("Only a message that failed can be sent again.")
    delivery.state = message.state = MessageState.QUEUED  # a new try begins at the first rank
    delivery.stage, delivery.error, delivery.error_code = "", "", ""
    delivery.failed_at = None
    delivery.attempts, delivery.lease_until = 0, None
    delivery.not_before = delivery.due_from = message.sent_at = clock.now()
    message.state_reason = ""
    message.extras = {k: v for k, v in message.extras.items() if k != "link"}
    session.add(delivery)
    session.add(message)
    conversation = session.get_one(Conversation, message.conversation_id)
    record(
        session, EventKind.REPLY_QUEUED, by=by, conversation=conversation, message_id=message.id,
        again=True,
    )  # fmt: skip
    touch(session, deliveries.TOPIC)
    return message


def _same(earlier: Message, conversation: Conversation, composed: Composed) -> Message:
    thread_id = composed.thread_id or earlier.thread_id
    if composed.template_id:
        return earlier
    repeats.check(
        (earlier.conversation_id, earlier.thread_id, earlier.html, earlier.text),
        (conversation.id, thread_id, *composing.written(composed)),
    )
    repeats.check(earlier.attachment_count, len(composed.attachment_ids))
    return earlier


def _refuse_overtaken(session: Session, conversation: Conversation, composed: Composed) -> None:
    if composed.seen_message_id is None:
        return
    newer = session.exec(
        select(Message)
        .where(
            Message.conversation_id == conversation.id,
            col(Message.id) > composed.seen_message_id,
            Message.direction != Direction.NOTE,
            col(Message.state) != MessageState.CANCELLED,
        )
        .order_by(col(Message.id))
        .limit(20)
    ).all()
    for message in newer:  # they are shown when all of this is rolled back
        session.expunge(message)
    if newer:
        raise Overtaken(newer)


def answered(session: Session, conversation: Conversation, message: Message, by: Actor) -> None:
    """A person's answer makes it the customer's turn; an automatic one does not."""
    with counters.kept(session, conversation):
        conversation.last_at = message.created_at
        _show(conversation, message)
        conversation.message_count += 1
        conversation.version += 1
        if message.automatic:
            return
        conversation.unread = 0
        conversation.waiting_since = None
        conversation.first_reply_at = conversation.first_reply_at or message.created_at
        before = conversation.status
        if before in (Status.OPEN, Status.SNOOZED):
            conversation.status = Status.WAITING
            record(
                session, EventKind.STATUS_CHANGED, by=by, conversation=conversation,
                before=before, after=Status.WAITING, reason="answered",
            )  # fmt: skip


def stands_beside(session: Session, conversation: Conversation, message: Message) -> None:
    """Whoever waits, waits on: nothing was said to the customer."""
    with counters.kept(session, conversation):
        conversation.last_at = message.created_at
        conversation.message_count += 1
        conversation.version += 1


def _taken_back(session: Session, conversation: Conversation, message: Message, by: Actor) -> None:
    """As if it had never been said: where the customer spoke last, it is our turn again."""
    counters.hold(session, conversation)
    latest = session.exec(
        select(Message)
        .where(
            Message.conversation_id == conversation.id,
            Message.direction != Direction.NOTE,
            col(Message.is_side).is_(False),
            col(Message.state) != MessageState.CANCELLED,
        )
        .order_by(col(Message.id).desc())
        .limit(1)
    ).first()
    with counters.kept(session, conversation):
        conversation.message_count -= 1
        conversation.version += 1
        if conversation.first_reply_at == message.created_at:
            conversation.first_reply_at = None
        if latest is None or message.is_side:
            return
        _show(conversation, latest)
        if conversation.status is Status.WAITING and latest.direction is Direction.INCOMING:
            conversation.status = Status.OPEN
            conversation.waiting_since = latest.created_at
            record(
                session, EventKind.STATUS_CHANGED, by=by, conversation=conversation,
                before=Status.WAITING, after=Status.OPEN, reason="taken_back",
            )  # fmt: skip


def _show(conversation: Conversation, message: Message) -> None:
    """What the list row shows."""
    conversation.preview = " ".join(message.text.split())[:PREVIEW_LENGTH]
    conversation.last_author = message.author_kind


def _outgoing(session: Session, message_id: str) -> Message:
    message = session.get(Message, message_id)
    if message is None or message.direction is not Direction.OUTGOING:
        raise NotFound("There is no such reply.")
    return message
