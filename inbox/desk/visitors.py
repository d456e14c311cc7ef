"""What a visitor of the web chat may read: the messages of his own threads, and nothing else.

A message becomes visible later than its id says (it can be undone, scheduled, tried again), so a
visitor resumes by the `seq` of events and not by the newest message that he has.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.db import settled
from inbox.desk import trail
from inbox.envelope import AddressKind
from inbox.errors import NotFound
from inbox.model import (
    Attachment,
    Author,
    ChannelThread,
    Conversation,
    Direction,
    Event,
    Identity,
    Message,
    MessageState,
)

CHANNEL = "webchat"
PAGE = 50
FAR_BEHIND = 10_000  # events; further back than this the newest page is cheaper
SHOWN = (MessageState.SENT, MessageState.DELIVERED, MessageState.READ)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorMessage:
    """A message as the visitor sees it; `client_id` is his own name for one that he wrote."""

    id: str
    author: str
    name: str
    text: str
    at: datetime
    client_id: str = ""
    files: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorPage:
    """Messages by age, the cursor to go on from, and whether older ones are left."""

    messages: Sequence[VisitorMessage]
    cursor: int
    has_earlier: bool = False
    conversation_ids: frozenset[str] = field(default_factory=frozenset)


def history(session: Session, inbox_id: str, visitor: str, *, before: str = "") -> VisitorPage:
    """The newest page, or the one that ends before the message `before`."""
    cursor = trail.latest(session)
    wanted = _messages(inbox_id, visitor).order_by(col(Message.id).desc()).limit(PAGE + 1)
    if before:
        wanted = wanted.where(col(Message.id) < before)
    found = session.exec(wanted).all()
    return _page(session, visitor, found[:PAGE][::-1], cursor, has_earlier=len(found) > PAGE)


def news(session: Session, inbox_id: str, visitor: str, *, after: int) -> VisitorPage:
    """What became visible or changed since the cursor `after`."""
    cursor = trail.latest(session)
    if cursor - after > FAR_BEHIND:
        return history(session, inbox_id, visitor)
    touched_ids = select(Event.message_id).where(col(Event.seq) > after, settled(session))
    wanted = _messages(inbox_id, visitor).where(col(Message.id).in_(touched_ids))
    found = session.exec(wanted.order_by(col(Message.id))).all()
    return _page(session, visitor, found, cursor)


def touched(session: Session, *, after: int) -> tuple[int, set[tuple[str, str]]]:
    """The new cursor, and (inbox, visitor) of those for whom something may have happened."""
    cursor = trail.latest(session)
    threads = (
        select(ChannelThread.inbox_id, Identity.value)
        .select_from(Event)
        .join(Message, col(Message.id) == Event.message_id)
        .join(ChannelThread, col(ChannelThread.id) == Message.thread_id)
        .join(Identity, col(Identity.id) == ChannelThread.identity_id)
        .where(col(Event.seq) > after, settled(session), Identity.kind == AddressKind.VISITOR)
        .distinct()
    )
    return cursor, {(inbox_id, visitor) for inbox_id, visitor in session.exec(threads)}


def own_file(session: Session, inbox_id: str, visitor: str, attachment_id: str) -> Attachment:
    """Raises NotFound for a file of anybody else as for one that never was."""
    attachment = session.get(Attachment, attachment_id)
    if not attachment or not attachment.message_id:
        raise NotFound
    of_his = _messages(inbox_id, visitor).where(Message.id == attachment.message_id)
    if not session.exec(of_his).first():
        raise NotFound
    return attachment


def unreported(
    session: Session, inbox_id: str, visitor: str, *, state: MessageState, upto: str
) -> list[str]:
    """The provider ids of his messages, up to the message `upto`, that have not come so far."""
    behind = [shown for shown in SHOWN if shown.rank < state.rank]
    wanted = _messages(inbox_id, visitor).where(
        col(Message.direction) == Direction.OUTGOING,
        col(Message.state).in_(behind),
        col(Message.id) <= upto,
    )
    found = session.exec(wanted.order_by(col(Message.id).desc()).limit(PAGE)).all()
    return [message.provider_id for message in found if message.provider_id]


def newest_conversation_id(session: Session, inbox_id: str, visitor: str) -> str | None:
    """The conversation in which the visitor is writing now."""
    threads = _threads(inbox_id, visitor).order_by(col(ChannelThread.id).desc()).limit(1)
    thread = session.exec(threads).first()
    return thread.conversation_id if thread else None


def conversations_of(session: Session, inbox_id: str, visitor: str) -> Sequence[Conversation]:
    """His conversations in this chat, the newest first."""
    threads = _threads(inbox_id, visitor).with_only_columns(ChannelThread.conversation_id)
    wanted = select(Conversation).where(
        col(Conversation.id).in_(threads), col(Conversation.merged_into_id).is_(None)
    )
    return session.exec(wanted.order_by(col(Conversation.id).desc()).limit(PAGE)).all()


def is_id(text: str) -> bool:
    """Whether we could have given this id to a visitor."""
    return re.fullmatch("[0-9a-f]{32}", text) is not None


def known_as(session: Session, inbox_id: str, external_id: str) -> tuple[str | None, bool]:
    """The visitor of that id who wrote here last, and whether anybody is known by that id."""
    person = select(Identity.contact_id).where(
        Identity.kind == AddressKind.EXTERNAL, Identity.value == external_id
    )
    contact_id = session.exec(person).first()
    if contact_id is None:
        return None, False
    visitors = (
        select(Identity.value)
        .join(ChannelThread, col(ChannelThread.identity_id) == col(Identity.id))
        .where(
            Identity.contact_id == contact_id,
            Identity.kind == AddressKind.VISITOR,
            ChannelThread.inbox_id == inbox_id,
        )
        .order_by(col(ChannelThread.id).desc())
        .limit(1)
    )
    return session.exec(visitors).first(), True


def _threads(inbox_id: str, visitor: str) -> Any:
    return (
        select(ChannelThread)
        .join(Identity, col(Identity.id) == ChannelThread.identity_id)
        .where(
            ChannelThread.inbox_id == inbox_id,
            ChannelThread.remote_id == visitor,  # by which the index finds it
            Identity.kind == AddressKind.VISITOR,
            Identity.value == visitor,
        )
    )


def _messages(inbox_id: str, visitor: str) -> Any:
    """By thread and not by conversation: a merged one may hold what others wrote."""
    threads = _threads(inbox_id, visitor).with_only_columns(ChannelThread.id)
    answered = sa.and_(
        col(Message.direction) == Direction.OUTGOING,
        col(Message.state).in_(SHOWN),
        col(Message.channel) == CHANNEL,
    )
    return select(Message).where(
        col(Message.thread_id).in_(threads),
        sa.or_(col(Message.direction) == Direction.INCOMING, answered),
    )


def _page(
    session: Session,
    visitor: str,
    messages: Sequence[Message],
    cursor: int,
    *,
    has_earlier: bool = False,
) -> VisitorPage:
    files = _files(session, [message.id for message in messages])
    return VisitorPage(
        messages=[_shown(message, visitor, files.get(message.id, [])) for message in messages],
        cursor=cursor,
        has_earlier=has_earlier,
        conversation_ids=frozenset(message.conversation_id for message in messages),
    )


def _files(session: Session, message_ids: Sequence[str]) -> dict[str, list[Attachment]]:
    if not message_ids:
        return {}
    wanted = select(Attachment).where(col(Attachment.message_id).in_(message_ids))
    files: dict[str, list[Attachment]] = {}
    for attachment in session.exec(wanted.order_by(col(Attachment.id))):
        files.setdefault(attachment.message_id or "", []).append(attachment)
    return files


def _shown(message: Message, visitor: str, files: Sequence[Attachment]) -> VisitorMessage:
    is_his = message.direction is Direction.INCOMING
    return VisitorMessage(
        id=message.id,
        author="visitor" if is_his else ("bot" if message.author_kind is Author.BOT else "team"),
        name="" if is_his else _public_name(message),
        text=message.text,
        at=message.sent_at,
        client_id=message.external_id.removeprefix(f"{visitor}:") if is_his else "",
        files=files,
    )


def _public_name(message: Message) -> str:
    """The first name only of a person; a bot's name is not private."""
    if message.author_kind is not Author.AGENT:
        return message.author_name
    return message.author_name.split(maxsplit=1)[0] if message.author_name.strip() else ""
