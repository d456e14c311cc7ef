"""Search over messages and contacts: folded text, so that both databases find the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlmodel import Session, col, select

from inbox.desk.search.feeding import index_contact, index_new, side, words_of
from inbox.model import Contact, Conversation, Message, Record

__all__ = ["Hit", "find", "index_contact", "index_new"]

Row = TypeVar("Row", bound=Record)

MOST_WORDS = 8
PAGE = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """A message with its conversation, or a contact."""

    conversation: Conversation | None = None
    message: Message | None = None
    contact: Contact | None = None


def find(
    session: Session, query: str, inboxes: Sequence[str] | None, *, limit: int = PAGE
) -> list[Hit]:
    """The newest first; every word must be there, the last one may be a beginning.

    `inboxes` limits messages to what may be seen (None: all).
    """
    words = [word for word in words_of(query) if word][:MOST_WORDS]
    if not words:
        return []
    found = side(session).find(session, words, inboxes, limit)
    messages = _by_id(session, Message, [d.subject_id for d in found if d.kind == "message"])
    contacts = _by_id(session, Contact, [d.subject_id for d in found if d.kind == "contact"])
    wanted = [m.conversation_id for m in messages.values()]
    conversations = _by_id(session, Conversation, wanted)
    hits = []
    for document in found:
        message = messages.get(document.subject_id)
        if message:
            hits.append(Hit(conversations[message.conversation_id], message))
        elif document.subject_id in contacts:
            hits.append(Hit(contact=contacts[document.subject_id]))
    return hits


def _by_id(session: Session, table: type[Row], ids: Sequence[str]) -> dict[str, Row]:
    found = session.exec(select(table).where(col(table.id).in_(ids)))
    return {row.id: row for row in found}
