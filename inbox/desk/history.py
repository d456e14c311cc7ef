"""One person's whole history: what was said and done on all channels, in one order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.desk import paging
from inbox.desk.paging import Order, Page
from inbox.desk.timeline import SHOWN
from inbox.events import EventKind
from inbox.model import Contact, Event, Message

SAID = (
    EventKind.MESSAGE_RECEIVED, EventKind.SIDE_MESSAGE_RECEIVED, EventKind.SIDE_MESSAGE_QUEUED,
    EventKind.REPLY_QUEUED, EventKind.REPLY_FOUND, EventKind.NOTE_ADDED,
    EventKind.INTERACTION_LOGGED,
)  # fmt: skip
KINDS = (
    *SAID, *SHOWN, EventKind.CONVERSATION_CREATED, EventKind.CONTACT_CREATED,
    EventKind.CONTACT_UPDATED, EventKind.CONTACTS_MERGED, EventKind.CONTACTS_UNMERGED,
    EventKind.IDENTITY_BOUNCED,
)  # fmt: skip
ORDER = Order((col(Event.seq),), descending=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened; with the message, if that is what it was."""

    event: Event
    message: Message | None = None


def of(
    session: Session,
    contact_id: str,
    inbox_ids: Collection[str] | None,
    *,
    cursor: str = "",
    limit: int = paging.USUAL,
) -> Page[Entry]:
    """The newest first; also of those who were merged into this contact.

    `inbox_ids` limits it to what may be seen (None: all).
    """
    same = [contact_id, *_merged_into(session, contact_id)]
    query = select(Event).where(col(Event.contact_id).in_(same), col(Event.kind).in_(KINDS))
    if inbox_ids is not None:
        mine = sa.or_(col(Event.inbox_id).is_(None), col(Event.inbox_id).in_(inbox_ids))
        query = query.where(mine)
    found = paging.page(session, query, ORDER, cursor, limit)
    return Page(_with_messages(session, found.items), found.next)


def _merged_into(session: Session, contact_id: str) -> list[str]:
    """However far down the merges go."""
    inside = select(Contact.id).where(Contact.merged_into_id == contact_id).cte(recursive=True)
    further = select(Contact.id).where(col(Contact.merged_into_id) == inside.c.id)
    return list(session.execute(sa.select(inside.union(further).c.id)).scalars())


def _with_messages(session: Session, events: Sequence[Event]) -> list[Entry]:
    wanted = [event.message_id for event in events if event.kind in SAID and event.message_id]
    messages = {m.id: m for m in session.exec(select(Message).where(col(Message.id).in_(wanted)))}
    return [
        Entry(event, messages.get(event.message_id or "") if event.kind in SAID else None)
        for event in events
    ]
