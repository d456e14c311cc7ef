"""What merging and splitting share: rows that change their conversation, and what lists show."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.desk import counters
from inbox.desk.rows import PREVIEW_LENGTH
from inbox.errors import Conflict
from inbox.model import (
    ChannelThread,
    Conversation,
    Delivery,
    Direction,
    MailReference,
    Message,
    MessageState,
    Participant,
    ParticipantKind,
    SearchDocument,
)  # fmt: skip


def hold(session: Session, *conversations: Conversation) -> None:
    """Their rows until the commit, in one order, so that two at once can't lock up."""
    for conversation in sorted(conversations, key=lambda each: each.id):
        counters.hold(session, conversation)


def hold_standing(session: Session, conversation: Conversation) -> None:
    """Its row until the commit; Conflict if it was merged away since it was read."""
    counters.hold(session, conversation)
    refuse_merged(conversation)


def refuse_merged(conversation: Conversation) -> None:
    if conversation.merged_into_id:
        raise Conflict("This conversation was merged into another meanwhile. Look at it again.")


def move_messages(session: Session, message_ids: Sequence[str], to: Conversation) -> None:
    """With what stands in the outbox for them, the mails they refer to, and what search knows."""
    for table, key in (
        (Message, Message.id),
        (Delivery, Delivery.message_id),
        (MailReference, MailReference.referrer_id),
        (SearchDocument, SearchDocument.subject_id),
    ):
        session.execute(
            sa.update(table)
            .where(col(key).in_(message_ids))
            .values(conversation_id=to.id)
            .execution_options(synchronize_session="fetch")
        )
    session.execute(
        sa.update(SearchDocument)
        .where(col(SearchDocument.subject_id).in_(message_ids))
        .values(inbox_id=to.inbox_id)
        .execution_options(synchronize_session="fetch")
    )


def move_threads(session: Session, thread_ids: Sequence[str], to: Conversation) -> None:
    session.execute(
        sa.update(ChannelThread)
        .where(col(ChannelThread.id).in_(thread_ids))
        .values(conversation_id=to.id)
        .execution_options(synchronize_session="fetch")
    )


def copy_participants(session: Session, source: Conversation, target: Conversation) -> list[str]:
    """Who is copied in takes part in the other too; the ids of the new rows."""
    known = session.exec(
        select(Participant).where(
            col(Participant.conversation_id).in_([source.id, target.id]),
            Participant.kind == ParticipantKind.COPIED,
        )
    ).all()
    has = {one.key for one in known if one.conversation_id == target.id}
    made = [
        Participant(conversation_id=target.id, kind=one.kind, key=one.key, name=one.name)
        for one in known
        if one.conversation_id == source.id and one.key not in has
    ]
    session.add_all(made)
    return [one.id for one in made]


def summarise(session: Session, conversation: Conversation) -> None:
    """What a list row shows, from the messages as they stand now."""
    said = (
        Message.conversation_id == conversation.id,
        Message.direction != Direction.NOTE,
    )
    count = select(sa.func.count()).select_from(Message).where(*said)
    to_them = (col(Message.is_side).is_(False), col(Message.state) != MessageState.CANCELLED)
    newest = select(Message).where(*said, *to_them)
    last = session.exec(newest.order_by(col(Message.id).desc()).limit(1)).first()
    conversation.message_count = session.exec(count).one()
    if last:
        conversation.last_at = last.created_at
        conversation.last_author = last.author_kind
        conversation.preview = " ".join(last.text.split())[:PREVIEW_LENGTH]
        conversation.channel = last.channel
    session.add(conversation)
    session.flush()
