"""Which conversation an incoming message belongs to, and by which rule: the ladder.

The first rung that holds decides, and its name is stored with the message and shown. Everything
that the rungs of a whole batch need is read beforehand, one query a table (`thread_facts`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from inbox import richtext
from inbox.desk.rows import ConversationRow
from inbox.desk.thread_facts import MARKER, PLUS_ADDRESS, SIGNED_ID, Known, numbers, signed
from inbox.envelope import InboundEnvelope
from inbox.model import Inbox

STORED_ID = "message_id"
REFERRED_ID = "referred_to"
SUBJECT = "subject"
CHANNEL_THREAD = "channel_thread"
NEW = "new"
LINKED = "new_linked"

REFERENCES_KEPT = 10  # the newest of a mail: an old thread refers to hundreds


@dataclass(frozen=True, slots=True)
class Match:
    """`conversation` is None for a new one, then `linked` may name the one it follows."""

    rung: str
    conversation: ConversationRow | None = None
    linked: ConversationRow | None = None
    flagged: bool = False


def match(
    known: Known,
    key: bytes,
    inbox: Inbox,
    envelope: InboundEnvelope,
    contact_id: str,
    now: datetime,
) -> Match:
    """The first rung that holds, after the guards."""
    for rung, conversation_id in _candidates(known, key, inbox, envelope):
        conversation = known.standing(conversation_id)
        if conversation is None:
            continue
        takes_part = _takes_part(known, conversation, envelope, contact_id)
        if rung == SUBJECT and not takes_part:
            continue
        return _guarded(rung, conversation, inbox, envelope, now, takes_part=takes_part)
    return Match(NEW)


def refer(
    known: Known, inbox_id: str, envelope: InboundEnvelope, message: Mapping[str, Any]
) -> list[dict[str, str]]:
    """Rows for the mails that this one refers to and that we don't have; `known` learns them."""
    conversation_id = message["conversation_id"]
    if envelope.mail_message_id:
        known.by_message_id[inbox_id, envelope.mail_message_id] = conversation_id
    new = [
        reference
        for reference in envelope.references[:REFERENCES_KEPT]
        if (inbox_id, reference) not in known.by_message_id
        and (inbox_id, reference) not in known.by_reference
    ]
    for reference in new:
        known.by_reference[inbox_id, reference] = conversation_id
    return [
        {"inbox_id": inbox_id, "message_id": one, "conversation_id": conversation_id,
         "referrer_id": message["id"]}
        for one in new
    ]  # fmt: skip


def _guarded(
    rung: str,
    conversation: ConversationRow,
    inbox: Inbox,
    envelope: InboundEnvelope,
    now: datetime,
    *,
    takes_part: bool,
) -> Match:
    """A stranger is flagged; a matter closed long ago, or a new subject after it, starts anew."""
    if conversation.is_closed:
        closed_at = conversation.resolved_at or conversation.last_at
        too_old = now - closed_at > timedelta(days=inbox.reopen_days)
        other_matter = (
            rung in (SIGNED_ID, STORED_ID, REFERRED_ID, MARKER)
            and envelope.subject != ""
            and richtext.base_subject(envelope.subject)
            != richtext.base_subject(conversation.subject)
        )
        if too_old or other_matter:
            return Match(LINKED, linked=conversation)
    return Match(rung, conversation, flagged=not takes_part)


def _candidates(
    known: Known, key: bytes, inbox: Inbox, envelope: InboundEnvelope
) -> Iterable[tuple[str, str]]:
    """In the order of the ladder."""
    found = signed(key, envelope)
    referred = (envelope.mail_message_id, *envelope.references)
    for rung in (PLUS_ADDRESS, SIGNED_ID):
        if rung in found:
            yield rung, _followed(known, inbox, envelope, found[rung])
    yield from _found(STORED_ID, known.by_message_id, inbox, envelope.references)
    if MARKER in found:
        yield MARKER, _followed(known, inbox, envelope, found[MARKER])
    yield from _found(REFERRED_ID, known.by_reference, inbox, referred)
    for number in numbers(envelope):
        if number in known.by_number:
            yield SUBJECT, known.by_number[number]
    if envelope.thread is not None:
        thread = known.by_thread.get((inbox.id, envelope.thread))
        if thread:
            yield CHANNEL_THREAD, thread.conversation_id


def _found(
    rung: str, known: Mapping[tuple[str, str], str], inbox: Inbox, ids: Iterable[str]
) -> Iterable[tuple[str, str]]:
    yield from ((rung, known[inbox.id, one]) for one in ids if (inbox.id, one) in known)


def _followed(known: Known, inbox: Inbox, envelope: InboundEnvelope, signed_for: str) -> str:
    """Where the message answered to is now, if it was split off the signed conversation."""
    for reference in envelope.references:
        if known.moved_from.get((inbox.id, reference)) == signed_for:
            return known.by_message_id[inbox.id, reference]
    return signed_for


def _takes_part(
    known: Known, conversation: ConversationRow, envelope: InboundEnvelope, contact_id: str
) -> bool:
    return (
        conversation.contact_id == contact_id
        or (conversation.id, envelope.sender.value) in known.takers
    )
