"""What travels between a channel and the desk: the same shapes for every transport."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

# what breaks a line or turns the reading direction of what stands beside it
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


def in_one_line(text: str) -> str:
    """A name or subject as it stands among others; empty where nothing of it can be seen."""
    if text.isprintable():
        return text
    line = " ".join(_BREAKS.sub(" ", text).split())
    return line if any(c.isprintable() for c in line) else ""


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

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", in_one_line(self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spooled:
    """Bytes too many to hold in memory, in a file which whoever stores them takes away.

    `digest` is their SHA-256 in hex.
    """

    path: Path
    size: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """A file in a message; `content` is None while only the `remote` reference is known.

    A large one has `spooled` instead. `card` tells what is in it, where that can be told.
    """

    name: str
    content_type: str
    content: bytes | None = None
    remote: str = ""
    card: Mapping[str, Any] = field(default_factory=dict)
    content_id: str = ""
    inline: bool = False
    spooled: Spooled | None = None
    link: str = ""  # of one that goes out: where whoever knows it can fetch it for some days

    @property
    def size(self) -> int:
        return self.spooled.size if self.spooled else len(self.content or b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A choice below a message; `value` comes back when it is pressed."""

    text: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A text that the provider has approved; `values` fill its gaps, by name."""

    provider_id: str
    name: str
    language: str
    variables: tuple[Mapping[str, Any], ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A delivery failure of an earlier message of ours, or its delay (RFC 3464)."""

    original_message_id: str
    recipients: tuple[str, ...]
    status: str
    permanent: bool
    explanation: str
    late: bool = False  # it is still being tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """A mail within a mail: what its head claims, and what its forwarder wrote `above` it."""

    sender: Address
    subject: str
    text: str
    above: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawItem:
    """Bytes as they came, with the provider's id; `meta` is what came beside them.

    A large one has `spooled` instead of `content`.
    """

    external_id: str
    content: bytes = b""
    meta: Mapping[str, Any] = field(default_factory=dict)
    spooled: Spooled | None = None

    @property
    def size(self) -> int:
        return self.spooled.size if self.spooled else len(self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundEnvelope:
    """One message from a customer, understood.

    `thread` is the remote conversation's id (chat, phone number, visitor); None for mail.
    `references` are Message-IDs without brackets, newest first.
    `delivered_to` are all addresses it came to, for the plus address.
    `also` are other addresses of the sender that are proven to be his.
    `fields` are values for the contact's record (language, company, …), from forms and widgets.
    `reading` is what was found out about it: `sender` (why it is proven or not), `shortened`.
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
    claimed: tuple[Address, ...] = ()  # further addresses they named, which nobody has proven
    window_hours: int = 0  # how long it allows answers, where the channel has more than one kind
    # of a mail of ours: from an address of this inbox, and whether it lay in the Sent folder
    from_us: bool = False
    outgoing: bool = False
    reply_to: tuple[str, ...] = ()
    forwarded: Forwarded | None = None
    forwarded_by: str = ""  # the address of who passed it on, once that is believed
    written_by: str = ""  # the address of From, where answers are asked for at another
    reading: Mapping[str, Any] = field(default_factory=dict)
    edits: str = ""  # the external id of the message that this one replaces
    album: str = ""  # the external id of the message of which this is a part
    answers: str = ""  # the external id of the one message that this one answers
    answered: tuple[str, str] = ("", "")  # its author and text as told, if we don't have it
    choice: str = ""  # the value of the button that was pressed
    written_in: str = ""  # who wrote it, where the sender is a group
    order: int = 0  # among those of its thread sent in the same second
    consent: str = ""  # stopped, started or help: what they told a machine, as the whole message
    acknowledge: str = ""  # what the provider waits for us to take note of

    def __post_init__(self) -> None:
        object.__setattr__(self, "subject", in_one_line(self.subject))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What the provider says became of a message we sent; `state` is one of Delivery's."""

    provider_id: str
    state: str
    code: str = ""
    explanation: str = ""
    link: str = ""  # to the provider's page about the code


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted:
    """What somebody feels about a message, by its external id; `emojis` replace what they were."""

    message_id: str
    sender: Address
    emojis: tuple[str, ...] = ()
    at: datetime | None = None


Inbound = InboundEnvelope | DeliveryReport | Reacted


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
    also_to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    files: tuple[FilePart, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_to: str = ""
    sender_name: str = ""
    sender: str = ""  # the address of ours it comes from; empty: the account's own
    automatic: bool = False
    attempt: int = 1
    only: tuple[str, ...] = ()  # of those named in it these alone get it: the others have it
    buttons: tuple[Button, ...] = ()
    answers: str = ""  # the provider's id of the one message that it answers
    template: Template | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The provider took the message; `refused` are recipients it would not take, with why.

    `later` are those it does not take just now, so that they are to be tried again, and `dead`
    those of the refused of which it says that there is no such address.
    """

    provider_id: str
    others: tuple[str, ...] = ()  # ids of its further parts
    state: str = "sent"
    refused: Mapping[str, str] = field(default_factory=dict)
    later: Mapping[str, str] = field(default_factory=dict)
    dead: tuple[str, ...] = ()
