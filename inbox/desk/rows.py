"""Column values of what a batch of ingestion reads, changes and adds; pure, past the ORM."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

from inbox import ids
from inbox.crm.people import Person
from inbox.envelope import AddressKind, FilePart, InboundEnvelope
from inbox.events import EventKind
from inbox.model import Author, Direction, MessageState, Status

PREVIEW_LENGTH = 160


@dataclass(slots=True, kw_only=True)
class ConversationRow:
    """Columns of a conversation that a message of a customer asks or changes."""

    id: str
    number: int
    contact_id: str
    inbox_id: str
    subject: str
    status: Status
    assignee_id: str | None = None
    team_id: str | None = None
    snoozed_until: datetime | None = None
    snoozed_until_reply: bool = False
    waiting_since: datetime | None = None
    resolved_at: datetime | None = None
    merged_into_id: str | None = None
    flagged: bool = False
    version: int = 1
    preview: str = ""
    last_author: str = Author.CONTACT
    last_at: datetime
    unread: int = 0
    message_count: int = 0

    @property
    def is_closed(self) -> bool:
        return self.status in (Status.RESOLVED, Status.SPAM)

    def changes(self, now: datetime) -> dict[str, Any]:
        return {"updated_at": now, **{name: getattr(self, name) for name in CHANGED}}


CHANGED = (
    "id", "status", "snoozed_until", "snoozed_until_reply", "waiting_since", "resolved_at",
    "flagged", "version", "preview", "last_author", "last_at", "unread", "message_count",
)  # fmt: skip


class Placed(Protocol):
    """A conversation; it may stand in another inbox than its messages came to."""

    id: str
    inbox_id: str


@dataclass(slots=True, kw_only=True)
class ThreadRow:
    id: str
    conversation_id: str
    inbox_id: str
    remote_id: str
    our_address: str = ""
    is_side: bool = False
    window_until: datetime | None = None
    last_incoming_at: datetime | None = None


def conversation(
    row: ConversationRow, contact: Person, channel: str, name: str, linked_id: str | None
) -> dict[str, Any]:
    """A new one, as it stands after the batch's messages."""
    return {
        **asdict(row),
        "created_at": row.last_at,
        "updated_at": row.last_at,
        "language": contact.language,
        "channel": channel,
        "contact_name": name,
        "linked_id": linked_id,
    }


FRESH: dict[str, Any] = {
    "state": MessageState.RECEIVED, "state_reason": "", "edited_at": None, "edits": [],
    "reply_to_id": None, "extras": {}, "indexed": False,
}  # fmt: skip


def message(  # noqa: PLR0913  the parts a message is made of
    envelope: InboundEnvelope,
    thread: ThreadRow,
    contact: Person,
    *,
    inbox_id: str,
    channel: str,
    arrival_id: str | None,
    rung: str,
    now: datetime,
) -> dict[str, Any]:
    return {
        **record(now),
        "conversation_id": thread.conversation_id,
        "thread_id": thread.id,
        "inbox_id": inbox_id,
        "direction": Direction.INCOMING,
        "external_id": envelope.external_id[:500],
        "mail_message_id": envelope.mail_message_id[:998] or None,
        "author_kind": Author.CONTACT,
        "author_id": contact.id,
        "via": "",
        "author_name": _author(envelope, contact),
        "channel": channel,
        "subject": envelope.subject[:998],
        "text": envelope.text,
        "quoted": envelope.quoted,
        "html": envelope.html,
        "recipients": _recipients(envelope),
        "sent_at": min(envelope.sent_at or now, now),
        **FRESH,
        "matched_by": rung,
        **_found_out(envelope),
        "automatic": envelope.automatic or envelope.bounce is not None,
        "is_side": thread.is_side,
        "arrival_id": arrival_id,
        "attachment_count": len(envelope.files),
    }


def _found_out(envelope: InboundEnvelope) -> dict[str, Any]:
    return {"proof": envelope.proof, "reading": dict(envelope.reading)}


def extras(envelope: InboundEnvelope, *, knows_answered: bool) -> dict[str, Any]:
    """What only some messages have; see Message."""
    told = {"choice": envelope.choice, "consent": envelope.consent}
    found: dict[str, Any] = {name: value for name, value in told.items() if value}
    name, text = envelope.answered
    if (name or text) and not knows_answered:
        found["answered"] = {"name": name[:300], "text": text[:PREVIEW_LENGTH]}
    return found


def part(inbox_id: str, external_id: str, message_id: str) -> dict[str, Any]:
    return {"inbox_id": inbox_id, "external_id": external_id[:500], "message_id": message_id}


def _author(envelope: InboundEnvelope, contact: Person) -> str:
    return (envelope.written_in or envelope.sender.name or shown_name(envelope, contact))[:320]


def shown_name(envelope: InboundEnvelope, contact: Person) -> str:
    """A visitor's id tells nobody anything; its beginning tells two nameless ones apart."""
    sender = envelope.sender
    if contact.name or sender.kind != AddressKind.VISITOR:
        return contact.name or sender.value
    return f"Visitor {sender.value[:4]}"


def attachment(message: Mapping[str, Any], part: FilePart, digest: str) -> dict[str, Any]:
    return {
        **record(message["created_at"]),
        "message_id": message["id"],
        "name": part.name[:255],
        "content_type": part.content_type[:128],
        "size": part.size,
        "digest": digest,
        "content_id": part.content_id[:255],
        "inline": part.inline,
        "card": dict(part.card),
    }


def event(
    kind: EventKind,
    conversation: Placed,
    contact: Person,
    message: Mapping[str, Any],
    **particulars: Any,
) -> dict[str, Any]:
    return {
        **happened(kind, conversation, message),
        "actor_kind": "contact",
        "actor_id": contact.id,
        "actor_name": contact.name[:200],
        "contact_id": contact.id,
        "particulars": particulars,
    }


def happened(kind: EventKind, conversation: Placed, message: Mapping[str, Any]) -> dict[str, Any]:
    """By nobody yet, to nobody's record."""
    return {
        "id": ids.new(),
        "kind": kind,
        "at": message["created_at"],
        "contact_id": None,
        "conversation_id": conversation.id,
        "inbox_id": conversation.inbox_id,
        "message_id": message["id"],
        "particulars": {},
        "depth": 0,
        "attempts": 0,
        "failures": [],
    }


def show(conversation: ConversationRow, message: Mapping[str, Any], *, flagged: bool) -> None:
    """What the list row shows; automatic mail neither reopens nor starts a clock.

    Nor does the answer of somebody asked beside, which is no word of the customer.
    """
    now = message["created_at"]
    conversation.last_at = now
    if message["is_side"]:
        conversation.message_count += 1
        conversation.version += 1
        conversation.unread += not message["automatic"]
        return
    conversation.preview = preview(message["text"])
    conversation.last_author = Author.CONTACT
    conversation.message_count += 1
    conversation.version += 1
    conversation.flagged = conversation.flagged or flagged
    if message["automatic"]:
        return
    conversation.unread += 1
    conversation.waiting_since = conversation.waiting_since or now
    asleep = conversation.status is Status.SNOOZED and not conversation.snoozed_until_reply
    if asleep or conversation.status is Status.SPAM:
        return
    conversation.status = Status.OPEN
    conversation.snoozed_until = None
    conversation.snoozed_until_reply = False
    conversation.resolved_at = None


def record(now: datetime) -> dict[str, Any]:
    return {"id": ids.new(), "created_at": now, "updated_at": now}


def _recipients(envelope: InboundEnvelope) -> dict[str, Any]:
    told = {"written_by": envelope.written_by, "forwarded_by": envelope.forwarded_by}
    return {
        **{name: value for name, value in told.items() if value},
        "from": envelope.sender.value,
        "to": [address.value for address in envelope.to],
        "cc": [address.value for address in envelope.cc],
    }


def preview(text: str) -> str:
    """In one line, as lists show it."""
    return " ".join(text.split())[:PREVIEW_LENGTH]
