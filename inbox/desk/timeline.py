"""What was said and what happened in a conversation, merged in order."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.events import EventKind
from inbox.model import Attachment, Conversation, Event, Interaction, InteractionKind, Message

PAGE = 50
SHOWN = (
    EventKind.CONVERSATION_ASSIGNED, EventKind.STATUS_CHANGED,
    EventKind.PRIORITY_CHANGED, EventKind.SUBJECT_CHANGED, EventKind.CONVERSATION_SNOOZED,
    EventKind.CONVERSATION_WOKE, EventKind.TAG_ADDED, EventKind.TAG_REMOVED,
    EventKind.CONVERSATION_FLAGGED, EventKind.CONVERSATIONS_MERGED, EventKind.CONVERSATION_SPLIT,
    EventKind.CONVERSATIONS_UNMERGED, EventKind.CONVERSATION_MOVED, EventKind.CUSTOMER_CHANGED,
    EventKind.MACRO_RUN,
)  # fmt: skip
LOGGED = frozenset(InteractionKind)
LAST = 2**62  # a place after all events
SLACK = 1000  # places by which events may stand out of the order of their ids

M = Message.__table__.c  # type: ignore[attr-defined]
E = Event.__table__.c  # type: ignore[attr-defined]
PARTS = (
    M.id, M.created_at, M.direction, M.state, M.state_reason, M.author_name, M.author_kind, M.via,
    M.channel, M.subject, M.text,
    M.quoted, (M.html != "").label("html"), M.automatic, M.edited_at, M.matched_by, M.proof,
    M.reading, M.arrival_id,
    M.attachment_count, M.conversation_id, M.recipients, M.sent_at, M.is_side, M.edits,
    M.reply_to_id, M.extras,
)  # fmt: skip
IDS: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)
MESSAGES = sa.select(*PARTS).where(M.id.in_(IDS))
ANSWERED = sa.select(M.id, M.author_name, M.text, M.attachment_count).where(M.id.in_(IDS))
HAPPENED = (
    E.id, E.seq, E.kind, E.at, E.actor_kind, E.actor_name, E.conversation_id, E.particulars,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A message with its files, or an event: what is shown of them, `html` as whether there is.

    `undoable` is a merge or split that still stands; `answered` is the one message that it answers;
    `logged` is what is known of a call or meeting besides its text.
    """

    message: sa.Row[Any] | None = None
    answered: sa.Row[Any] | None = None
    event: sa.Row[Any] | None = None
    files: Sequence[Attachment] = field(default_factory=list)
    undoable: bool = False
    logged: Interaction | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """`before` leads to older entries, None at the beginning."""

    entries: Sequence[Entry]
    before: str | None


def entries(
    session: Session, conversation_id: str, *, before: str | None = None, limit: int = PAGE
) -> Timeline:
    """The newest `limit` messages older than the message `before`, and the events among them."""
    given = {"conversation_id": conversation_id, "before": before, "size": limit + 1}
    found = session.execute(_said(goes_back=bool(before)), given).all()
    more = len(found) > limit
    messages = found[:limit][::-1]
    since = messages[0].id if more else None
    happened = _events(session, conversation_id, since, before)
    made = [*with_files(session, messages), *_with_state(session, happened)]
    made.sort(key=_when)
    return Timeline(made, since)


def is_news(event: Event | sa.Row[Any]) -> bool:
    """Not what the message beside it says already."""
    return event.kind in SHOWN and event.particulars.get("reason") not in (
        "answered",
        "customer_wrote",
        "taken_back",
        "merged",
    )


def messages(session: Session, ids: Collection[str]) -> list[Entry]:
    """The messages of these ids, each as an entry."""
    found = session.execute(MESSAGES, {"ids": list(ids)}).all()
    return with_files(session, found)


def with_files(session: Session, found: Sequence[sa.Row[Any]]) -> list[Entry]:
    """Each message as an entry; one query each for files, what they answer, what was logged."""
    ids = [message.id for message in found if message.attachment_count]
    files: dict[str | None, list[Attachment]] = defaultdict(list)
    if ids:
        wanted = select(Attachment).where(col(Attachment.message_id).in_(ids))
        for attachment in session.exec(wanted.order_by(col(Attachment.id))):
            files[attachment.message_id].append(attachment)
    quoted = {message.reply_to_id for message in found if message.reply_to_id}
    rows = session.execute(ANSWERED, {"ids": list(quoted)}).all() if quoted else []
    answered = {row.id: row for row in rows}
    logged = _logged(session, [message.id for message in found if message.channel in LOGGED])
    return [
        Entry(
            message=m,
            files=files[m.id],
            answered=answered.get(m.reply_to_id),
            logged=logged.get(m.id),
        )
        for m in found
    ]


def _logged(session: Session, by_hand: Sequence[str]) -> dict[str, Interaction]:
    if not by_hand:
        return {}
    asked = select(Interaction).where(col(Interaction.message_id).in_(by_hand))
    return {one.message_id: one for one in session.exec(asked)}


def _with_state(session: Session, events: Sequence[sa.Row[Any]]) -> list[Entry]:
    """Each event that is news as an entry; one query more where something was merged or split."""
    others = {event.id: _other(event) for event in events}
    wanted = [other for other in others.values() if other]
    into: dict[str, str | None] = {}
    if wanted:
        query = select(Conversation.id, Conversation.merged_into_id)
        into = dict(list(session.exec(query.where(col(Conversation.id).in_(wanted)))))
    return [
        Entry(event=event, undoable=_stands(event, into.get(others[event.id] or "")))
        for event in events
        if is_news(event)
    ]


def _other(event: sa.Row[Any]) -> str | None:
    """The conversation that was merged in or split off."""
    what: dict[str, Any] = event.particulars
    return what.get("merged_id") or what.get("new_id")


def _stands(event: sa.Row[Any], merged_into: str | None) -> bool:
    if event.kind == EventKind.CONVERSATIONS_MERGED:
        return merged_into == str(event.conversation_id)
    return bool(event.kind == EventKind.CONVERSATION_SPLIT) and merged_into is None


def _events(
    session: Session, conversation_id: str, since: str | None, before: str | None
) -> Sequence[sa.Row[Any]]:
    """Ids sort by age in every table, so the span of the messages is the span of the events.

    The index has them by their places, so the span is bounded by these as well: every message
    of a long conversation has its event, and few are asked for.
    """
    query = _happened(is_bounded=bool(since), goes_back=bool(before))
    given = {"conversation_id": conversation_id, "since": since, "before": before}
    return session.execute(query, given).all()[::-1]


@cache
def _said(*, goes_back: bool) -> sa.Select[Any]:
    query = sa.select(*PARTS).where(M.conversation_id == sa.bindparam("conversation_id"))
    if goes_back:
        query = query.where(M.id < sa.bindparam("before"))
    return query.order_by(M.id.desc()).limit(sa.bindparam("size"))


@cache
def _happened(*, is_bounded: bool, goes_back: bool) -> sa.Select[Any]:
    query = sa.select(*HAPPENED).where(
        E.conversation_id == sa.bindparam("conversation_id"), E.kind.in_(SHOWN)
    )
    if is_bounded:
        since: sa.BindParameter[str] = sa.bindparam("since")
        query = query.where(E.id >= since, E.seq > _place(E.id < since, E.id.desc(), 0) - SLACK)
    if goes_back:
        before: sa.BindParameter[str] = sa.bindparam("before")
        query = query.where(E.id < before, E.seq < _place(E.id >= before, E.id, LAST) + SLACK)
    return query.order_by(E.seq.desc()).limit(4 * PAGE)


def _place(beyond: sa.ColumnElement[bool], order: Any, otherwise: int) -> sa.ColumnElement[int]:
    """That of the event next to a moment, whoever's it is."""
    nearest = sa.select(E.seq).where(beyond).order_by(order).limit(1).scalar_subquery()
    return sa.func.coalesce(nearest, sa.literal(otherwise, sa.BigInteger))


def _when(entry: Entry) -> str:
    return entry.message.id if entry.message else entry.event.id if entry.event else ""
