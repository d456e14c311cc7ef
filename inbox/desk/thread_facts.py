"""What the ladder knows of a batch of envelopes: read beforehand, one query a table."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox import mailtokens
from inbox.desk.rows import ConversationRow, ThreadRow
from inbox.envelope import InboundEnvelope
from inbox.model import (
    ChannelThread,
    Conversation,
    MailReference,
    Message,
    Participant,
    ParticipantKind,
)  # fmt: skip

PLUS_ADDRESS = "plus_address"
SIGNED_ID = "signed_message_id"
MARKER = "marker"

_CONVERSATION = [col(getattr(Conversation, each.name)) for each in fields(ConversationRow)]
_THREAD = [col(getattr(ChannelThread, each.name)) for each in fields(ThreadRow)]
_REFERENCE = (
    col(MailReference.inbox_id), col(MailReference.message_id), col(MailReference.conversation_id),
)  # fmt: skip
_SUBJECT_NUMBER = re.compile(r"\[#(\d{1,12})\]")


@dataclass(slots=True)
class Known:
    """What is in the store for a batch of envelopes; grows as the batch is worked through.

    `by_thread` has the newest thread of an inbox and remote id, `threads` each by conversation too.
    `sides` are the talks with others beside, by their ids, which answers to them are signed for.
    """

    conversations: dict[str, ConversationRow] = field(default_factory=dict)
    by_number: dict[int, str] = field(default_factory=dict)
    by_message_id: dict[tuple[str, str], str] = field(default_factory=dict)
    by_reference: dict[tuple[str, str], str] = field(default_factory=dict)
    by_thread: dict[tuple[str, str], ThreadRow] = field(default_factory=dict)
    threads: dict[tuple[str, str, str], ThreadRow] = field(default_factory=dict)
    takers: set[tuple[str, str]] = field(default_factory=set)
    moved_from: dict[tuple[str, str], str] = field(default_factory=dict)
    sides: dict[str, ThreadRow] = field(default_factory=dict)
    side_of_message: dict[tuple[str, str], str] = field(default_factory=dict)

    def standing(self, conversation_id: str) -> ConversationRow | None:
        """It, or the one it was merged into."""
        found = self.conversations.get(conversation_id)
        while found and found.merged_into_id:
            found = self.conversations.get(found.merged_into_id)
        return found

    def side_with(self, conversation_id: str, address: str) -> ThreadRow | None:
        """The newest talk beside this conversation with who has that address."""
        found = [
            side
            for side in self.sides.values()
            if side.conversation_id == conversation_id and side.remote_id == address
        ]
        return max(found, key=attrgetter("id"), default=None)


def look_up(session: Session, key: bytes, pairs: Sequence[tuple[str, InboundEnvelope]]) -> Known:
    """`pairs` are (inbox id, envelope); a handful of queries however many there are."""
    known = Known()
    wanted: set[str] = set()
    _read_message_ids(session, pairs, known)
    _read_references(session, pairs, known)
    _read_threads(session, pairs, known)
    for _, envelope in pairs:
        wanted.update(signed(key, envelope).values())
    wanted.update(_read_sides(session, wanted, known))
    wanted.update(known.by_message_id.values(), known.by_reference.values())
    wanted.update(thread.conversation_id for thread in known.by_thread.values())
    wanted_numbers = {n for _, envelope in pairs for n in numbers(envelope)}
    for found in _read_conversations(session, wanted, wanted_numbers):
        known.conversations[found.id] = found
        known.by_number[found.number] = found.id
    _follow_merges(session, known)
    if known.conversations:
        _read_parts(session, known)
    return known


def signed(key: bytes, envelope: InboundEnvelope) -> dict[str, str]:
    """Conversation ids that carry our signature, by rung; a wrong signature never matches."""
    found: dict[str, str] = {}
    for rung, texts, read in (
        (PLUS_ADDRESS, envelope.delivered_to, mailtokens.read_plus_address),
        (SIGNED_ID, envelope.references, mailtokens.read_message_id),
        (MARKER, envelope.markers, mailtokens.read_marker),
    ):
        for text in texts:
            conversation_id = read(key, text)
            if conversation_id:
                found.setdefault(rung, conversation_id)
    return found


def numbers(envelope: InboundEnvelope) -> list[int]:
    return [int(number) for number in _SUBJECT_NUMBER.findall(envelope.subject)]


def _read_message_ids(
    session: Session, pairs: Sequence[tuple[str, InboundEnvelope]], known: Known
) -> None:
    references = {r for _, envelope in pairs for r in envelope.references}
    if not references:
        return
    rows = session.execute(
        sa.select(
            col(Message.inbox_id),
            col(Message.mail_message_id),
            col(Message.conversation_id),
            col(Message.moved_from_id),
            col(Message.is_side),
            col(Message.thread_id),
        ).where(col(Message.mail_message_id).in_(list(references)))
    )
    for inbox_id, message_id, conversation_id, moved_from_id, is_side, thread_id in rows:
        known.by_message_id[inbox_id, message_id] = conversation_id
        if moved_from_id:
            known.moved_from[inbox_id, message_id] = moved_from_id
        if is_side:
            known.side_of_message[inbox_id, message_id] = thread_id


def _read_sides(session: Session, signed_for: set[str], known: Known) -> set[str]:
    """The conversations of those talks beside that an answer is signed for, or refers to."""
    wanted = signed_for | set(known.side_of_message.values())
    if not wanted:
        return set()
    found = sa.select(*_THREAD).where(
        col(ChannelThread.id).in_(list(wanted)), col(ChannelThread.is_side)
    )
    known.sides |= {row["id"]: ThreadRow(**row) for row in session.execute(found).mappings()}
    return {side.conversation_id for side in known.sides.values()}


def _read_references(
    session: Session, pairs: Sequence[tuple[str, InboundEnvelope]], known: Known
) -> None:
    """Mails that came before told of these, or of the same one that never came."""
    wanted = {r for _, e in pairs for r in (e.mail_message_id, *e.references) if r}
    if not wanted:
        return
    found = session.execute(
        sa.select(*_REFERENCE).where(col(MailReference.message_id).in_(list(wanted)))
    )
    for inbox_id, message_id, conversation_id in found:
        known.by_reference[inbox_id, message_id] = conversation_id


def _read_threads(
    session: Session, pairs: Sequence[tuple[str, InboundEnvelope]], known: Known
) -> None:
    wanted = list({(inbox_id, e.thread) for inbox_id, e in pairs if e.thread is not None})
    if not wanted:
        return
    found = session.execute(
        sa.select(*_THREAD)
        .where(sa.tuple_(col(ChannelThread.inbox_id), col(ChannelThread.remote_id)).in_(wanted))
        .order_by(col(ChannelThread.id))
    )
    for row in found.mappings():  # the newest of a key is the last to be put
        thread = ThreadRow(**row)
        known.by_thread[thread.inbox_id, thread.remote_id] = thread
        known.threads[thread.conversation_id, thread.inbox_id, thread.remote_id] = thread


def _follow_merges(session: Session, known: Known) -> None:
    """The conversations into which those that we found were merged, however often."""
    while missing := {
        found.merged_into_id
        for found in known.conversations.values()
        if found.merged_into_id and found.merged_into_id not in known.conversations
    }:
        for found in _read_conversations(session, missing, set()):
            known.conversations[found.id] = found


def _read_conversations(
    session: Session, wanted: set[str], numbers: set[int]
) -> Iterable[ConversationRow]:
    """Held until the commit, in one order, so that what is written is what was read and more.

    None of them is merged into another meanwhile.
    """
    if not wanted and not numbers:
        return []
    asked: sa.ColumnElement[bool] = col(Conversation.id).in_(list(wanted))
    if numbers:
        asked = sa.or_(asked, col(Conversation.number).in_(list(numbers)))
    found = session.execute(
        sa.select(*_CONVERSATION)
        .where(asked)
        .order_by(col(Conversation.id))
        .with_for_update(key_share=True)
    )
    return [ConversationRow(**row) for row in found.mappings()]


def _read_parts(session: Session, known: Known) -> None:
    """Who takes part in the conversations, and by which threads."""
    wanted = list(known.conversations)
    takers = sa.select(col(Participant.conversation_id), col(Participant.key)).where(
        col(Participant.conversation_id).in_(wanted),
        col(Participant.kind) == ParticipantKind.COPIED,
    )
    known.takers.update((conversation_id, key) for conversation_id, key in session.execute(takers))
    threads = sa.select(*_THREAD).where(col(ChannelThread.conversation_id).in_(wanted))
    threads = threads.order_by(col(ChannelThread.id).desc())  # one of a merge may have two
    for row in session.execute(threads).mappings():
        thread = ThreadRow(**row)
        if thread.is_side:
            known.sides.setdefault(thread.id, thread)
            continue
        known.threads.setdefault(
            (thread.conversation_id, thread.inbox_id, thread.remote_id), thread
        )
