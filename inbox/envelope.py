"""What travels between a channel and the desk: the same shapes for every transport."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class AddressKind(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    VISITOR = "visitor"
    EXTERNAL = "external"


class Proof(StrEnum):
    """How sure we are who wrote a message."""

    PROVEN = "proven"
    CLAIMED = "claimed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address on a channel kind, normalised: e-mail in lower case, phones in E.164."""

    kind: str
    value: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """A file in a message; `content` is None while only the `remote` reference is known."""

    name: str
    content_type: str
    content: bytes | None = None
    remote: str = ""
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A delivery failure of an earlier message of ours (RFC 3464)."""

    original_message_id: str
    recipients: tuple[str, ...]
    status: str
    permanent: bool
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RawItem:
    """Bytes as they came, with the provider's id; `meta` is what came beside them."""

    external_id: str
    content: bytes
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundEnvelope:
    """One message from a customer, understood.

    `thread` is the remote conversation's id (chat, phone number, visitor); None for mail.
    `references` are Message-IDs without brackets, newest first.
    `delivered_to` are all addresses it came to, for the plus address.
    `also` are other addresses of the sender that are proven to be his.
    `fields` are values for the contact's record (language, company, …), from forms and widgets.
    """

    external_id: str
    sender: Address
    text: str
    quoted: str = ""
    html: str = ""
    subject: str = ""
    thread: str | None = None
    references: tuple[str, ...] = ()
    delivered_to: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    files: tuple[FilePart, ...] = ()
    sent_at: datetime | None = None
    proof: str = Proof.CLAIMED
    automatic: bool = False
    bounce: Bounce | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    mail_message_id: str = ""
    also: tuple[Address, ...] = ()
    written_by: str = ""  # the address of From, where answers are asked for at another
    edits: str = ""  # the external id of the message that this one replaces


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What the provider says became of a message we sent; `state` is one of Delivery's."""

    provider_id: str
    state: str
    code: str = ""
    explanation: str = ""


Inbound = InboundEnvelope | DeliveryReport


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundEnvelope:
    """One message for a customer.

    `message_id` is fixed when the reply is queued, so that a repeat carries the same.
    `references` are oldest first. `reply_to` is the plus address whose token leads back to the
    conversation.
    """

    delivery_id: str
    message_id: str
    recipient: Address
    text: str
    html: str = ""
    subject: str = ""
    thread: str | None = None
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    files: tuple[FilePart, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_to: str = ""
    sender_name: str = ""
    automatic: bool = False
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The provider took the message; `refused` are recipients it would not take, with why."""

    provider_id: str
    state: str = "sent"
    refused: Mapping[str, str] = field(default_factory=dict)
