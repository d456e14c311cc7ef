"""Which conversation an incoming message belongs to, and by which rule: the ladder.

The first rung that holds decides, and its name is stored with the message and shown. Everything
that the rungs of a whole batch need is read beforehand, one query a table (`thread_facts`).
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from inbox import richtext
from inbox.desk.rows import ConversationRow, ThreadRow
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
    """`conversation` is None for a new one, then `linked` may name the one it follows.

    `side` is the talk beside it in which the message stands.
    """

    rung: str
    conversation: ConversationRow | None = None
    linked: ConversationRow | None = None
    flagged: bool = False
    side: ThreadRow | None = None


def match(
    known: Known,
    key: bytes,
    inbox: Inbox,
    envelope: InboundEnvelope,
    contact_id: str,
    now: datetime,
) -> Match:
    """The first rung that holds, after the guards."""
    for rung, found in _candidates(known, key, inbox, envelope):
        side = known.sides.get(found)
        conversation = known.standing(side.conversation_id if side else found)
        if conversation is None:
            continue
        side = _side(known, conversation, envelope, contact_id, side)
        if side:
            return Match(rung, conversation, side=side)
        takes_part = _takes_part(known, conversation, envelope, contact_id)
        if rung == SUBJECT and not takes_part:
            continue
        return _guarded(rung, conversation, inbox, envelope, now, takes_part=takes_part)
    return Match(NEW)


def addressed(
    known: Known, key: bytes, inbox: Inbox, envelope: InboundEnvelope
) -> ConversationRow | None:
    """Which one a mail of ours belongs to, whoever wrote it and whatever its state."""
    for _, found in _candidates(known, key, inbox, envelope):
        side = known.sides.get(found)
        conversation = known.standing(side.conversation_id if side else found)
        if conversation:
            return conversation
    return None


def refer(
    known: Known, inbox_id: str, envelope: InboundEnvelope, message: Mapping[str, Any]
) -> list[dict[str, str]]:
    """Rows for the mails that this one refers to and that we don't have; `known` learns them."""
    conversation_id = message["conversation_id"]
    if envelope.mail_message_id:
        known.by_message_id[inbox_id, envelope.mail_message_id] = conversation_id
    if message["is_side"]:  # what they refer to besides is nothing of the customer's
        return []
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


def _side(
    known: Known,
    conversation: ConversationRow,
    envelope: InboundEnvelope,
    contact_id: str,
    named: ThreadRow | None,
) -> ThreadRow | None:
    """The talk beside that was answered; what the customer writes is never beside.

    Who was only asked beside stays there, though they name the conversation, which they were shown.
    """
    if conversation.contact_id == contact_id:
        return None
    if named or _takes_part(known, conversation, envelope, contact_id):
        return named
    return known.side_with(conversation.id, envelope.sender.value)


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
    found = {
        rung: _followed(known, inbox, envelope, signed_for)
        for rung, signed_for in signed(key, envelope).items()
    }
    yield from ((rung, found[rung]) for rung in (PLUS_ADDRESS, SIGNED_ID) if rung in found)
    for at in _of(inbox, envelope.references, known.by_message_id):
        yield STORED_ID, known.side_of_message.get(at) or known.by_message_id[at]
    yield from ((rung, found[rung]) for rung in (MARKER,) if rung in found)
    referred = (envelope.mail_message_id, *envelope.references)
    for at in _of(inbox, referred, known.by_reference):
        yield REFERRED_ID, known.by_reference[at]
    yield from ((SUBJECT, known.by_number[n]) for n in numbers(envelope) if n in known.by_number)
    if envelope.thread is not None:
        thread = known.by_thread.get((inbox.id, envelope.thread))
        if thread:
            yield CHANNEL_THREAD, thread.conversation_id


def _of(
    inbox: Inbox, ids: Iterable[str], known: Container[tuple[str, str]]
) -> Iterable[tuple[str, str]]:
    return (at for one in ids if (at := (inbox.id, one)) in known)


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
