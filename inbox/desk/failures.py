"""Replies that did not reach anybody: kept in a list until a person has looked after each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.desk import replies, reply_channels
from inbox.desk.composing import Composed
from inbox.desk.reply_channels import ReplyChannel
from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.i18n import N_
from inbox.model import (
    Attachment,
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
    """`reach` is the kind of address of each kind of inbox in which we may begin.

    None for what was said beside: every other way leads to the customer. One begins anew only in
    an inbox that may be seen (`inbox_ids`: None for all).
    """
    if message.is_side:
        return []
    conversation = session.get_one(Conversation, message.conversation_id)
    threads = [one for one in _threads(session, conversation) if one.thread_id != message.thread_id]
    known = {(one.inbox_id, one.address) for one in _threads(session, conversation)}
    found = [
        Way(one.thread_id, one.channel, one.inbox_name, one.address)
        for one in threads
        if one.available
    ]
    query = select(Inbox).where(col(Inbox.enabled), col(Inbox.kind).in_(reach))
    if inbox_ids is not None:
        query = query.where(col(Inbox.id).in_(inbox_ids))
    inboxes = session.exec(query.order_by(col(Inbox.name))).all()
    people = select(Identity).where(
        Identity.contact_id == conversation.contact_id,
        col(Identity.bouncing_since).is_(None),
        col(Identity.stopped_at).is_(None),
    )
    for identity in session.exec(people.order_by(col(Identity.id))):
        found += [
            Way(f"{NEW}:{inbox.id}:{identity.id}", inbox.kind, inbox.name, identity.value)
            for inbox in inboxes
            if reach[inbox.kind] == identity.kind and (inbox.id, identity.value) not in known
        ]
    return found


def send_by(
    session: Session, message: Message, place: str, offered: Sequence[Way], *, by: Actor
) -> Message:
    """The same words and files by one of the `ways`; doing it twice is doing it once."""
    delivery = _delivery(session, message.id)
    request_id = f"otherwise:{message.id}"
    done = session.exec(select(Delivery).where(Delivery.request_id == request_id)).first()
    if done:
        return session.get_one(Message, done.message_id)
    if delivery.failed_at is None:
        raise Conflict("Only a message that failed can be sent by another way.")
    if place not in {way.place for way in offered}:
        raise Invalid(fields={"place": N_("Choose a way from the list.")})
    conversation = session.get_one(Conversation, message.conversation_id)
    composed = Composed(
        text=message.text,
        html=message.html,
        subject=message.subject,
        thread_id=_thread(session, conversation, place),
        attachment_ids=_copies(session, message),
    )
    sent = replies.reply(session, conversation, composed, by=by, request_id=request_id)
    dismiss(session, message.id, by=by)
    return sent


def _threads(session: Session, conversation: Conversation) -> list[ReplyChannel]:
    found = reply_channels.choices_for(session, conversation)
    return [one for one in found if not one.is_side]


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


def _copies(session: Session, message: Message) -> Sequence[str]:
    """The files stay with the message that failed as well."""
    files = session.exec(
        select(Attachment).where(Attachment.message_id == message.id).order_by(col(Attachment.id))
    ).all()
    made = [
        Attachment(
            name=file.name, content_type=file.content_type, size=file.size, digest=file.digest,
            content_id=file.content_id, inline=file.inline,
        )
        for file in files
    ]  # fmt: skip
    session.add_all(made)
    session.flush()
    return [file.id for file in made]


def _delivery(session: Session, message_id: str) -> Delivery:
    found = session.exec(select(Delivery).where(Delivery.message_id == message_id)).first()
    if found is None:
        raise NotFound("There is no such reply.")
    return found
