"""Search over messages and contacts: folded text, so that both databases find the same."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from inbox.desk.search.feeding import (
    forget_contact,
    index_contact,
    index_contacts,
    index_new,
    side,
)
from inbox.desk.search.words import words_of
from inbox.model import Contact, Conversation, Message

__all__ = ["Hit", "find", "forget_contact", "index_contact", "index_contacts", "index_new", "side"]

MOST_WORDS = 8
PAGE = 50
LONGEST_EXCERPT = 300

C = Conversation.__table__.c  # type: ignore[attr-defined]
M = Message.__table__.c  # type: ignore[attr-defined]
P = Contact.__table__.c  # type: ignore[attr-defined]
IDS: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)
CONVERSATIONS = sa.select(C.id, C.number, C.channel, C.contact_name, C.inbox_id).where(
    C.id.in_(IDS)
)
MESSAGES = sa.select(
    M.id, M.conversation_id, M.created_at, sa.func.substr(M.text, 1, LONGEST_EXCERPT).label("text")
).where(M.id.in_(IDS))
CONTACTS = sa.select(P.id, P.name).where(P.id.in_(IDS))


@dataclass(frozen=True, slots=True)
class Hit:
    """A message with its conversation, or a contact: what is shown of them."""

    conversation: sa.Row[Any] | None = None
    message: sa.Row[Any] | None = None
    contact: sa.Row[Any] | None = None


def find(
    session: Session, query: str, inboxes: Sequence[str] | None, *, limit: int = PAGE
) -> list[Hit]:
    """The newest first; every word must be there, the last one may be a beginning.

    `inboxes` limits messages to what may be seen (None: all): those of conversations in these
    inboxes, wherever the message itself came in.
    """
    words = [word for word in words_of(query) if word][:MOST_WORDS]
    if not words:
        return []
    found = side(session).find(session, words, inboxes, limit)
    messages = _by_id(session, MESSAGES, [d.subject_id for d in found if d.kind == "message"])
    contacts = _by_id(session, CONTACTS, [d.subject_id for d in found if d.kind == "contact"])
    wanted = {m.conversation_id for m in messages.values()}
    conversations = _by_id(session, CONVERSATIONS, wanted)
    hits = []
    for document in found:
        message = messages.get(document.subject_id)
        if message:
            conversation = conversations[message.conversation_id]
            if inboxes is None or conversation.inbox_id in inboxes:
                hits.append(Hit(conversation, message))
        elif document.subject_id in contacts:
            hits.append(Hit(contact=contacts[document.subject_id]))
    return hits


def _by_id(session: Session, query: sa.Select[Any], ids: Collection[str]) -> dict[str, sa.Row[Any]]:
    return {row.id: row for row in session.execute(query, {"ids": list(ids)})} if ids else {}
