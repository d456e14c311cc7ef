"""From a delivery's rows to the envelope that a channel sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from inbox import mailtokens
from inbox.desk import deliveries, parts, templates
from inbox.envelope import Address, AddressKind, Button, FilePart, OutboundEnvelope
from inbox.model import (
    Agent,
    Attachment,
    ChannelThread,
    Conversation,
    Delivery,
    Direction,
    Identity,
    Inbox,
    Message,
)  # fmt: skip

MOST_REFERENCES = 20


@dataclass(frozen=True, slots=True)
class Outbound:
    """`digests` say where the bytes of the files are; their parts have none yet.

    `stopped`: since it was written they said that they want nothing there.
    """

    delivery: Delivery
    inbox: Inbox
    envelope: OutboundEnvelope
    digests: Sequence[str]
    stopped: bool = False


def build(session: Session, delivery: Delivery, key: bytes) -> Outbound:
    """`key` signs the Message-ID and the plus address, which are fixed at the first try."""
    message = session.get_one(Message, delivery.message_id)
    conversation = session.get_one(Conversation, delivery.conversation_id)
    inbox = session.get_one(Inbox, delivery.inbox_id)
    thread = session.get_one(ChannelThread, message.thread_id)
    identity = session.get_one(Identity, thread.identity_id)
    sender = str(message.recipients.get("from", ""))
    address = sender or inbox.address
    signed_for = thread.id if thread.is_side else conversation.id
    _stamp(session, message, key, signed_for, address)
    references = _references(session, thread.id, message.id)
    files = _files(session, message)
    first, *more = _to(message, identity, conversation)
    envelope = OutboundEnvelope(
        delivery_id=delivery.id,
        message_id=message.mail_message_id or "",
        recipient=first,
        also_to=tuple(more),
        text="\n\n".join(part for part in (message.text, message.quoted) if part),
        html=message.html.replace(' data-remote-src="', ' src="'),
        subject=message.subject
        or _subject(thread.subject if thread.is_side else conversation.subject),
        thread=thread.remote_id,
        cc=_addresses(message.recipients.get("cc", [])),
        bcc=_addresses(message.recipients.get("bcc", [])),
        files=tuple(part for part, _ in files),
        in_reply_to=references[0] if references else "",
        references=tuple(reversed(references)),
        reply_to=_reply_to(key, signed_for, address),
        sender_name=_sender(session, message),
        sender=sender,
        automatic=message.automatic,
        attempt=delivery.attempts,
        only=tuple(delivery.envelope.get(deliveries.ONLY, ())),
        answers=_answers(session, message),
        **_extras(message),
    )
    digests = [digest for _, digest in files]
    return Outbound(delivery, inbox, envelope, digests, stopped=bool(identity.stopped_at))


def _extras(message: Message) -> dict[str, Any]:
    """Buttons and a template, as the model keeps them."""
    return {
        "buttons": tuple(Button(**one) for one in message.extras.get("buttons", ())),
        "template": templates.envelope(message.extras.get("template", {})),
    }


def _answers(session: Session, message: Message) -> str:
    """Only on the channel on which it was said: elsewhere nobody knows it."""
    answered = session.get(Message, message.reply_to_id) if message.reply_to_id else None
    if answered is None or answered.inbox_id != message.inbox_id:
        return ""
    return parts.provider_id(session, answered)


def _stamp(session: Session, message: Message, key: bytes, signed_for: str, address: str) -> None:
    """The id by which its answers are known, once for all tries."""
    if not message.mail_message_id:
        domain = address.rpartition("@")[2] or "inbox.invalid"
        message.mail_message_id = mailtokens.message_id(key, signed_for, domain)
        session.add(message)


def _files(session: Session, message: Message) -> list[tuple[FilePart, str]]:
    """Each with the digest of its bytes."""
    wanted = select(Attachment).where(Attachment.message_id == message.id)
    return [
        (FilePart(**one.model_dump(include={"name", "content_type", "content_id", "inline"}),
                  remote=one.id),
         one.digest)
        for one in session.exec(wanted.order_by(col(Attachment.id)))
    ]  # fmt: skip


def _to(message: Message, identity: Identity, conversation: Conversation) -> list[Address]:
    """By mail to those who were named; elsewhere to the thread's own address."""
    named = message.recipients.get("to") if identity.kind == AddressKind.EMAIL else None
    return [
        Address(
            kind=identity.kind,
            value=value,
            name=conversation.contact_name
            if value == identity.value and not message.is_side
            else "",
        )
        for value in named or [identity.value]
    ]


def _reply_to(key: bytes, signed_for: str, address: str) -> str:
    return mailtokens.plus_address(key, signed_for, address) if "@" in address else ""


def _references(session: Session, thread_id: str, before: str) -> list[str]:
    """Message-IDs of the thread, newest first, the customer's last one at the head."""
    rows = session.exec(
        select(Message.mail_message_id, Message.direction)
        .where(
            Message.thread_id == thread_id,
            col(Message.id) < before,
            col(Message.mail_message_id).is_not(None),
        )
        .order_by(col(Message.id).desc())
        .limit(MOST_REFERENCES)
    ).all()
    incoming = [m for m, direction in rows if direction is Direction.INCOMING]
    found = [m for m, _ in rows if m]
    if incoming and incoming[0]:
        found.remove(incoming[0])
        found.insert(0, incoming[0])
    return found


def _subject(subject: str) -> str:
    return subject if subject.casefold().startswith("re:") else f"Re: {subject}" if subject else ""


def _addresses(values: Sequence[str]) -> tuple[Address, ...]:
    return tuple(Address(kind="email", value=value) for value in values)


def _sender(session: Session, message: Message) -> str:
    agent = session.get(Agent, message.author_id) if message.author_id else None
    return agent.name if agent else ""
