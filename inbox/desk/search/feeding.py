"""Feeds the index behind the commit, in batches: what was written since, and who wrote it."""

from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from inbox.db import insert_many
from inbox.desk.search import postgres, sqlite
from inbox.desk.search.words import CONTACT_WORD, words_of
from inbox.model import (
    Author,
    Contact,
    Conversation,
    Identity,
    Interaction,
    Message,
    SearchDocument,
)  # fmt: skip

BATCH = 100  # a unit of work of some 30 ms
LONGEST_BODY = 20_000

Row = dict[str, str | None]

_M = Message.__table__.c  # type: ignore[attr-defined]
_C = Contact.__table__.c  # type: ignore[attr-defined]
_I = Identity.__table__.c  # type: ignore[attr-defined]
_D = SearchDocument.__table__.c  # type: ignore[attr-defined]
_V = Conversation.__table__.c  # type: ignore[attr-defined]
_STANDS_IN = sa.select(_V.inbox_id).where(_V.id == _M.conversation_id).scalar_subquery()
# who was on the line is looked for as well
_TOOK_PART = (
    sa.select(Interaction.__table__.c.participants)  # type: ignore[attr-defined]
    .where(Interaction.__table__.c.message_id == _M.id)  # type: ignore[attr-defined]
    .scalar_subquery()
)
_NEW = (
    sa.select(
        _M.id, _M.conversation_id, _STANDS_IN.label("inbox_id"), _M.subject, _M.author_name,
        _M.author_kind, _M.author_id, _TOOK_PART.label("participants"),
        sa.func.substr(_M.text, 1, LONGEST_BODY).label("text"),
    )
    .where(_M.indexed.is_(False))
    .order_by(_M.id)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
)  # fmt: skip
_DONE = sa.update(Message.__table__).values(indexed=True)  # type: ignore[attr-defined]


def index_new(session: Session) -> int:
    """Index what was written since, behind the commit that wrote it; how many messages."""
    session.flush()
    connection = session.connection()
    messages = connection.execute(_NEW).all()
    if not messages:
        return 0
    contacts = {m.author_id for m in messages if m.author_kind == Author.CONTACT and m.author_id}
    rows = [_message_row(message) for message in messages]
    _store(session, [*rows, *_contact_rows(connection, contacts)])
    connection.execute(_DONE.where(_M.id.in_([message.id for message in messages])))
    return len(messages)


def index_contact(session: Session, contact_id: str) -> None:
    index_contacts(session, {contact_id})


def index_contacts(session: Session, contact_ids: Collection[str]) -> None:
    """One that was merged into another is found no more."""
    session.flush()
    rows = list(_contact_rows(session.connection(), contact_ids))
    _store(session, rows)
    for contact_id in set(contact_ids) - {row["subject_id"] for row in rows}:
        forget_contact(session, contact_id)


def forget_contact(session: Session, contact_id: str) -> None:
    session.flush()
    standing = sa.select(_D.rowid, _D.body).where(_D.subject_id == contact_id)
    _forget(session, [(rowid, body) for rowid, body in session.connection().execute(standing)])


def side(session: Session) -> type[sqlite.Index] | type[postgres.Index]:
    return sqlite.Index if session.get_bind().dialect.name == "sqlite" else postgres.Index


def _message_row(message: Any) -> Row:
    took_part = message.participants or ""
    text = f"{message.subject} {message.text} {message.author_name} {took_part}"
    return {
        "kind": "message",
        "subject_id": message.id,
        "conversation_id": message.conversation_id,
        "contact_id": None,
        "inbox_id": message.inbox_id,
        "body": " ".join(words_of(text[:LONGEST_BODY])),
    }


def _contact_rows(connection: sa.Connection, contact_ids: Collection[str]) -> Iterator[Row]:
    addresses: dict[str, list[str]] = {contact_id: [] for contact_id in contact_ids}
    known = sa.select(_I.contact_id, _I.value).where(_I.contact_id.in_(contact_ids))
    for contact_id, value in connection.execute(known.order_by(_I.id)):
        addresses[contact_id].append(value)
    standing = sa.select(_C.id, _C.name).where(_C.id.in_(contact_ids), _C.merged_into_id.is_(None))
    for contact_id, name in connection.execute(standing):
        yield {
            "kind": "contact",
            "subject_id": contact_id,
            "conversation_id": None,
            "contact_id": contact_id,
            "inbox_id": None,
            "body": " ".join(
                [CONTACT_WORD, *words_of(f"{name} {' '.join(addresses[contact_id])}")]
            ),
        }


def _store(session: Session, rows: list[Row]) -> None:
    """Replace what stood for the same subjects; who wrote before mostly stands there as is."""
    connection = session.connection()
    subjects = [row["subject_id"] for row in rows]
    standing = connection.execute(
        sa.select(_D.subject_id, _D.rowid, _D.body).where(_D.subject_id.in_(subjects))
    ).all()
    same = {(subject_id, body) for subject_id, _, body in standing}
    new = [row for row in rows if (row["subject_id"], row["body"]) not in same]
    changed = {row["subject_id"] for row in new}
    gone = [(rowid, body) for subject_id, rowid, body in standing if subject_id in changed]
    _forget(session, gone)
    if new:
        with side(session).added(connection):
            insert_many(session, SearchDocument, new)


def _forget(session: Session, gone: list[tuple[int, str]]) -> None:
    """Rows by their place in the index, each with what is indexed there."""
    if not gone:
        return
    connection = session.connection()
    side(session).forget(connection, gone)
    connection.execute(
        sa.delete(SearchDocument.__table__).where(  # type: ignore[attr-defined]
            _D.rowid.in_([rowid for rowid, _ in gone])
        )
    )
