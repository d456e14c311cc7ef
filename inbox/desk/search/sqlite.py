"""The full-text index of SQLite: FTS5 over the folded documents, ordered by rowid."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox.model import SearchDocument

DOCUMENT = SearchDocument.__table__.c  # type: ignore[attr-defined]
INDEX = sa.table("search_index", sa.column("rowid", sa.Integer), sa.column("search_index"))


class Index:
    """`search_index` is an external-content table, so it is told what goes and what comes."""

    @staticmethod
    def forget(connection: sa.Connection, documents: Sequence[tuple[int, str]]) -> None:
        connection.execute(
            sa.text(
                "INSERT INTO search_index(search_index, rowid, body)"
                " VALUES ('delete', :rowid, :body)"
            ),
            [{"rowid": rowid, "body": body} for rowid, body in documents],
        )

    @staticmethod
    @contextmanager
    def added(connection: sa.Connection) -> Iterator[None]:
        """What is inserted inside is indexed by one statement; a new row has the highest rowid."""
        highest = connection.execute(sa.text("SELECT max(rowid) FROM search_document")).scalar()
        yield
        connection.execute(
            sa.text(
                "INSERT INTO search_index(rowid, body)"
                " SELECT rowid, body FROM search_document WHERE rowid > :highest"
            ),
            {"highest": highest or 0},
        )

    @staticmethod
    def find(
        session: Session, words: Sequence[str], inboxes: Sequence[str] | None, limit: int
    ) -> Sequence[sa.Row[Any]]:
        """The index leads, from its newest row, so that no hit is read that is not shown."""
        quoted = " ".join(f'"{word}"' for word in words) + "*"
        query = (
            sa.select(DOCUMENT.kind, DOCUMENT.subject_id)
            .join_from(INDEX, SearchDocument, DOCUMENT.rowid == INDEX.c.rowid)
            .where(INDEX.c.search_index.op("MATCH")(quoted))
        )
        if inboxes is not None:
            query = query.where(sa.or_(DOCUMENT.inbox_id.is_(None), DOCUMENT.inbox_id.in_(inboxes)))
        return session.execute(query.order_by(INDEX.c.rowid.desc()).limit(limit)).all()

    @staticmethod
    def beginning(words: Sequence[str]) -> sa.ColumnElement[bool]:
        """Of documents in which each of these words, or one that begins with it, stands."""
        quoted = " ".join(f'"{word}"*' for word in words)
        hits = sa.text("SELECT rowid FROM search_index WHERE search_index MATCH :begins").columns(
            sa.column("rowid", sa.Integer)
        )
        found = hits.bindparams(begins=quoted).subquery().select()
        return col(SearchDocument.rowid).in_(found)
