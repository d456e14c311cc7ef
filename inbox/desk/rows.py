"""Column values of what a batch of ingestion adds: pure, from an envelope to rows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from inbox import ids
from inbox.envelope import AddressKind, FilePart, InboundEnvelope
from inbox.events import EventKind
from inbox.model import (
    Author,
    ChannelThread,
    Contact,
    Conversation,
    Direction,
    MessageState,
    Status,
)  # fmt: skip

PREVIEW_LENGTH = 160


def message(  # noqa: PLR0913  the parts a message is made of
    envelope: InboundEnvelope,
    thread: ChannelThread,
    contact: Contact,
    *,
    inbox_id: str,
    channel: str,
    arrival_id: str | None,
    rung: str,
    now: datetime,
) -> dict[str, Any]:
    return {
        **_record(now),
        "conversation_id": thread.conversation_id,
        "thread_id": thread.id,
        "inbox_id": inbox_id,
        "direction": Direction.INCOMING,
        "external_id": envelope.external_id[:500],
        "mail_message_id": envelope.mail_message_id[:998] or None,
        "author_kind": Author.CONTACT,
        "author_id": contact.id,
        "author_name": (envelope.sender.name or shown_name(envelope, contact))[:320],
        "channel": channel,
        "subject": envelope.subject[:998],
        "text": envelope.text,
        "quoted": envelope.quoted,
        "html": envelope.html,
        "recipients": _recipients(envelope),
        "sent_at": min(envelope.sent_at, now) if envelope.sent_at else now,
        "state": MessageState.RECEIVED,
        "state_reason": "",
        "matched_by": rung,
        "proof": envelope.proof,
        "automatic": envelope.automatic or envelope.bounce is not None,
        "arrival_id": arrival_id,
        "edits": [],
        "attachment_count": len(envelope.files),
        "indexed": False,
    }


def shown_name(envelope: InboundEnvelope, contact: Contact) -> str:
    """A visitor's id tells nobody anything; its beginning tells two nameless ones apart."""
    sender = envelope.sender
    if contact.name or sender.kind != AddressKind.VISITOR:
        return contact.name or sender.value
    return f"Visitor {sender.value[:4]}"


def attachment(message: Mapping[str, Any], part: FilePart, digest: str) -> dict[str, Any]:
    return {
        **_record(message["created_at"]),
        "message_id": message["id"],
        "name": part.name[:255],
        "content_type": part.content_type[:128],
        "size": part.size,
        "digest": digest,
        "content_id": part.content_id[:255],
        "inline": part.inline,
    }


def event(
    kind: EventKind,
    conversation: Conversation,
    contact: Contact,
    message: Mapping[str, Any],
    **particulars: Any,
) -> dict[str, Any]:
    return {
        "id": ids.new(),
        "kind": kind,
        "at": message["created_at"],
        "actor_kind": "contact",
        "actor_id": contact.id,
        "actor_name": contact.name[:200],
        "conversation_id": conversation.id,
        "contact_id": contact.id,
        "inbox_id": conversation.inbox_id,
        "message_id": message["id"],
        "particulars": particulars,
        "depth": 0,
        "attempts": 0,
        "failures": [],
    }


def show(conversation: Conversation, message: Mapping[str, Any], *, flagged: bool) -> None:
    """What the list row shows; automatic mail neither reopens nor starts a clock."""
    now = message["created_at"]
    conversation.last_at = now
    conversation.preview = " ".join(message["text"].split())[:PREVIEW_LENGTH]
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


def _record(now: datetime) -> dict[str, Any]:
    return {"id": ids.new(), "created_at": now, "updated_at": now}


def _recipients(envelope: InboundEnvelope) -> dict[str, Any]:
    written_by = {"written_by": envelope.written_by} if envelope.written_by else {}
    return {
        **written_by,
        "from": envelope.sender.value,
        "to": [address.value for address in envelope.to],
        "cc": [address.value for address in envelope.cc],
    }
