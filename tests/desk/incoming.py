"""Envelopes as channels hand them over, and the short way to have them taken in."""

from typing import Any

from sqlmodel import Session

from inbox import ids
from inbox.desk.ingest import Understood, ingest
from inbox.envelope import Address, AddressKind, InboundEnvelope
from inbox.model import Conversation, Inbox, Message

KEY = b"k" * 32


def mail(sender: str = "marko@their.example", **values: Any) -> InboundEnvelope:
    return InboundEnvelope(
        **{
            "external_id": ids.new(),
            "sender": Address(kind=AddressKind.EMAIL, value=sender),
            "text": "It leaks",
            "subject": "Boiler",
            **values,
        }
    )


def take(session: Session, inbox: Inbox, *envelopes: InboundEnvelope) -> list[Message]:
    items = [Understood(inbox.id, envelope, channel=inbox.kind) for envelope in envelopes]
    found = ingest(session, KEY, items)
    session.expire_all()
    return [session.get_one(Message, message_id) for message_id in found]


def conversation_of(session: Session, message: Message) -> Conversation:
    return session.get_one(Conversation, message.conversation_id)
