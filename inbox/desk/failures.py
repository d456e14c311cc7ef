"""Replies that did not reach anybody: kept in a list until a person has looked after each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.desk import attachments, counters, replies, reply_channels
from inbox.desk.composing import Composed
from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.i18n import N_
from inbox.model import (
    ChannelThread,
    Conversation,
    Delivery,
    Identity,
    Inbox,
    Message,
)  # fmt: skip

PAGE = 50
NEW = "new"


@dataclass(frozen=True, slots=True)
class Failed:
    delivery: Delivery
    message: Message
    conversation: Conversation
    inbox: Inbox  # by which it was to go


@dataclass(frozen=True, slots=True)
class Way:
    """Another way to the same person: a thread there is, or `new:INBOX:IDENTITY`."""

    place: str
    channel: str
    inbox_name: str
    address: str


def counts(session: Session) -> dict[str, int]:
    """Of each inbox in which there are any; by the inbox of the conversation, as it is seen."""
    query = (
        sa.select(col(Conversation.inbox_id), sa.func.count())
        .join(Delivery, col(Delivery.conversation_id) == col(Conversation.id))
        .where(col(Delivery.failed_at).is_not(None))
        .group_by(col(Conversation.inbox_id))
    )
    return dict(session.execute(query).all())


def page(
    session: Session, inbox_ids: Collection[str] | None, before: str = "", limit: int = PAGE
) -> list[Failed]:
    """The latest first, one more than a page; in inboxes that may be seen (None: all)."""
    query = (
        select(Delivery, Message, Conversation, Inbox)
        .join(Message, col(Message.id) == col(Delivery.message_id))
        .join(Conversation, col(Conversation.id) == col(Delivery.conversation_id))
        .join(Inbox, col(Inbox.id) == col(Delivery.inbox_id))
        .where(col(Delivery.failed_at).is_not(None))
        .order_by(col(Delivery.id).desc())
        .limit(limit + 1)
    )
    if inbox_ids is not None:
        query = query.where(col(Conversation.inbox_id).in_(inbox_ids))
    if before:
        query = query.where(Delivery.id < before)
    return [Failed(*row) for row in session.exec(query)]


def dismiss(session: Session, message_id: str, *, by: Actor) -> Message:
    """Out of the list: somebody looked after it. The message still says that it failed."""
    delivery = _delivery(session, message_id)
    message = session.get_one(Message, message_id)
    if delivery.failed_at is None:
        return message
    delivery.failed_at = None
    session.add(delivery)
    record(
        session, EventKind.DELIVERY_CHANGED, by=by, message_id=message_id, state=delivery.state,
        conversation=session.get_one(Conversation, delivery.conversation_id), dismissed=True,
    )  # fmt: skip
    return message


def ways(
    session: Session,
    message: Message,
    reach: Mapping[str, str],
    inbox_ids: Collection[str] | None = None,
) -> list[Way]:
    """By inboxes that may be seen (None: all); none for what was said beside the customer.

    `reach` is the kind of address of each kind of inbox in which we may begin.
    """
    if message.is_side:
        return []
    conversation = session.get_one(Conversation, message.conversation_id)
    threads = [one for one in reply_channels.choices_for(session, conversation) if not one.is_side]
    known = {(one.inbox_id, one.address) for one in threads}
    found = [
        (one.inbox_id, Way(one.thread_id, one.channel, one.inbox_name, one.address))
        for one in threads
        if one.available and one.thread_id != message.thread_id
    ]
    found += [
        (inbox.id, Way(f"{NEW}:{inbox.id}:{identity.id}", inbox.kind, inbox.name, identity.value))
        for inbox, identity in _beginnings(session, conversation, reach)
        if (inbox.id, identity.value) not in known
    ]
    return [way for inbox_id, way in found if inbox_ids is None or inbox_id in inbox_ids]


def send_by(
    session: Session, message: Message, place: str, offered: Collection[Way], *, by: Actor
) -> Message:
    """The same words and files by one of the ways that were `offered`; twice is once."""
    conversation = session.get_one(Conversation, message.conversation_id)
    counters.hold(session, conversation)
    request_id = f"otherwise:{message.id}"
    done = session.exec(select(Delivery).where(Delivery.request_id == request_id)).first()
    if done:
        return session.get_one(Message, done.message_id)
    if _delivery(session, message.id).failed_at is None:
        raise Conflict("Only a message that failed can be sent by another way.")
    if place not in {way.place for way in offered}:
        raise Invalid(fields={"place": N_("Choose a way from the list.")})
    composed = Composed(
        text=message.text,
        html=message.html,
        subject=message.subject,
        thread_id=_thread(session, conversation, place),
        attachment_ids=attachments.copied(session, [message.id]),
    )
    sent = replies.reply(session, conversation, composed, by=by, request_id=request_id)
    dismiss(session, message.id, by=by)
    return sent


def _beginnings(
    session: Session, conversation: Conversation, reach: Mapping[str, str]
) -> list[tuple[Inbox, Identity]]:
    """Each address of the customer with each inbox that reaches such addresses."""
    inboxes = session.exec(
        select(Inbox)
        .where(col(Inbox.enabled), col(Inbox.kind).in_(reach))
        .order_by(col(Inbox.name))
    ).all()
    identities = session.exec(
        select(Identity)
        .where(
            Identity.contact_id == conversation.contact_id,
            col(Identity.bouncing_since).is_(None),
            col(Identity.stopped_at).is_(None),
        )
        .order_by(col(Identity.id))
    ).all()
    return [(i, who) for who in identities for i in inboxes if reach[i.kind] == who.kind]


def _thread(session: Session, conversation: Conversation, place: str) -> str:
    kind, _colon, rest = place.partition(":")
    if kind != NEW:
        return place
    inbox_id, _colon, identity_id = rest.partition(":")
    identity = session.get_one(Identity, identity_id)
    thread = ChannelThread(
        conversation_id=conversation.id, inbox_id=inbox_id, identity_id=identity.id,
        remote_id=identity.value, subject=conversation.subject,
    )  # fmt: skip
    session.add(thread)
    session.flush()  # the message refers to it
    return thread.id


def _delivery(session: Session, message_id: str) -> Delivery:
    found = session.exec(select(Delivery).where(Delivery.message_id == message_id)).first()
    if found is None:
        raise NotFound("There is no such reply.")
    return found
