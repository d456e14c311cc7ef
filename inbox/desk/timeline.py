"""What was said and what happened in a conversation, merged in order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from inbox.events import EventKind
from inbox.model import Attachment, Conversation, Event, Message

PAGE = 50
SHOWN = (
    EventKind.CONVERSATION_ASSIGNED, EventKind.STATUS_CHANGED,
    EventKind.PRIORITY_CHANGED, EventKind.SUBJECT_CHANGED, EventKind.CONVERSATION_SNOOZED,
    EventKind.CONVERSATION_WOKE, EventKind.TAG_ADDED, EventKind.TAG_REMOVED,
    EventKind.CONVERSATION_FLAGGED, EventKind.CONVERSATIONS_MERGED, EventKind.CONVERSATION_SPLIT,
    EventKind.CONVERSATIONS_UNMERGED, EventKind.CONVERSATION_MOVED, EventKind.CUSTOMER_CHANGED,
    EventKind.MACRO_RUN,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A message with its files, or an event; `undoable` is a merge or split that still stands."""

    message: Message | None = None
    event: Event | None = None
    files: Sequence[Attachment] = field(default_factory=list)
    undoable: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """`before` leads to older entries, None at the beginning."""

    entries: Sequence[Entry]
    before: str | None


def entries(
    session: Session, conversation_id: str, *, before: str | None = None, limit: int = PAGE
) -> Timeline:
    """The newest `limit` messages older than the message `before`, and the events among them."""
    query = select(Message).where(Message.conversation_id == conversation_id)
    if before:
        query = query.where(col(Message.id) < before)
    found = list(session.exec(query.order_by(col(Message.id).desc()).limit(limit + 1)))
    more = len(found) > limit
    messages = found[:limit][::-1]
    happened = _events(session, conversation_id, messages, before, reach_back=not more)
    made = [*with_files(session, messages), *_with_state(session, happened)]
    made.sort(key=_when)
    return Timeline(made, messages[0].id if more else None)


def is_news(event: Event) -> bool:
    """Not what the message beside it says already."""
    return event.kind in SHOWN and event.particulars.get("reason") not in (
        "answered",
        "customer_wrote",
        "merged",
    )


def with_files(session: Session, messages: Sequence[Message]) -> list[Entry]:
    """Each message as an entry; one query for the files of all."""
    ids = [message.id for message in messages if message.attachment_count]
    files: dict[str | None, list[Attachment]] = defaultdict(list)
    if ids:
        wanted = select(Attachment).where(col(Attachment.message_id).in_(ids))
        for attachment in session.exec(wanted.order_by(col(Attachment.id))):
            files[attachment.message_id].append(attachment)
    return [Entry(message=message, files=files[message.id]) for message in messages]


def _with_state(session: Session, events: Sequence[Event]) -> list[Entry]:
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


def _other(event: Event) -> str | None:
    """The conversation that was merged in or split off."""
    return event.particulars.get("merged_id") or event.particulars.get("new_id")


def _stands(event: Event, merged_into: str | None) -> bool:
    if event.kind == EventKind.CONVERSATIONS_MERGED:
        return merged_into == event.conversation_id
    return event.kind == EventKind.CONVERSATION_SPLIT and merged_into is None


def _events(
    session: Session,
    conversation_id: str,
    messages: Sequence[Message],
    before: str | None,
    *,
    reach_back: bool,
) -> list[Event]:
    """Ids sort by age in every table, so the span of the messages is the span of the events."""
    query = select(Event).where(
        Event.conversation_id == conversation_id, col(Event.kind).in_(SHOWN)
    )
    if messages and not reach_back:
        query = query.where(col(Event.id) >= messages[0].id)
    if before:
        query = query.where(col(Event.id) < before)
    return list(session.exec(query.order_by(col(Event.seq).desc()).limit(4 * PAGE)))[::-1]


def _when(entry: Entry) -> str:
    return entry.message.id if entry.message else entry.event.id if entry.event else ""
