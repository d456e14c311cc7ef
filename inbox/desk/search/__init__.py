"""Search over messages and contacts: folded text, so that both databases find the same."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.desk.search import postgres, sqlite
from inbox.desk.search.words import CONTACT_WORD, words_of
from inbox.model import Contact, Conversation, Identity, Message, SearchDocument

BATCH = 300
LONGEST_BODY = 20_000
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


def index_new(session: Session) -> int:
    """Index what was written since, behind the commit that wrote it; how many messages."""
    messages = list(
        session.exec(
            select(Message)
            .where(col(Message.indexed).is_(False))
            .order_by(col(Message.id))
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
    )
    if not messages:
        return 0
    contact_ids = {m.author_id for m in messages if m.author_kind == "contact" and m.author_id}
    inbox_of = _inboxes(session, {m.conversation_id for m in messages})
    rows = [_message_row(message, inbox_of[message.conversation_id]) for message in messages]
    rows += _contact_rows(session, contact_ids)
    _store(session, rows)
    session.execute(
        sa.update(Message)
        .where(col(Message.id).in_([m.id for m in messages]))
        .values(indexed=True)
        .execution_options(synchronize_session=False)
    )
    return len(messages)


def index_contact(session: Session, contact_id: str) -> None:
    index_contacts(session, {contact_id})


def index_contacts(session: Session, contact_ids: set[str]) -> None:
    _store(session, _contact_rows(session, contact_ids))


def forget_contact(session: Session, contact_id: str) -> None:
    side(session).forget(session, [contact_id])


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


def side(session: Session) -> type[sqlite.Index] | type[postgres.Index]:
    return sqlite.Index if session.get_bind().dialect.name == "sqlite" else postgres.Index


def _inboxes(session: Session, conversation_ids: set[str]) -> dict[str, str]:
    """A conversation may stand in another inbox than its messages came to."""
    query = select(Conversation.id, Conversation.inbox_id)
    return dict(list(session.exec(query.where(col(Conversation.id).in_(conversation_ids)))))


def _message_row(message: Message, inbox_id: str) -> dict[str, str | None]:
    text = f"{message.subject} {message.text} {message.author_name}"
    return {
        "kind": "message",
        "subject_id": message.id,
        "conversation_id": message.conversation_id,
        "contact_id": None,
        "inbox_id": inbox_id,
        "body": " ".join(words_of(text[:LONGEST_BODY])),
    }


def _contact_rows(session: Session, contact_ids: set[str]) -> list[dict[str, str | None]]:
    contacts = session.exec(select(Contact).where(col(Contact.id).in_(contact_ids))).all()
    addresses: dict[str, list[str]] = {contact.id: [] for contact in contacts}
    for identity in session.exec(
        select(Identity).where(col(Identity.contact_id).in_(list(addresses)))
    ):
        addresses[identity.contact_id].append(identity.value)
    return [
        {
            "kind": "contact",
            "subject_id": contact.id,
            "conversation_id": None,
            "contact_id": contact.id,
            "inbox_id": None,
            "body": " ".join(
                [CONTACT_WORD, *words_of(f"{contact.name} {' '.join(addresses[contact.id])}")]
            ),
        }
        for contact in contacts
    ]


def _store(session: Session, rows: list[dict[str, str | None]]) -> None:
    """Replace what stood for the same subjects."""
    if rows:
        subjects = [row["subject_id"] for row in rows]
        side(session).forget(session, subjects)
        session.execute(sa.insert(SearchDocument), rows)
        side(session).added(session, subjects)


def _by_id(session: Session, query: sa.Select[Any], ids: Collection[str]) -> dict[str, sa.Row[Any]]:
    return {row.id: row for row in session.execute(query, {"ids": list(ids)})} if ids else {}
