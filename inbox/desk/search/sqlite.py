"""The full-text index of SQLite: FTS5 over the folded documents, ordered by rowid."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.model import SearchDocument


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
    ) -> Sequence[SearchDocument]:
        quoted = " ".join(f'"{word}"' for word in words) + "*"
        hits = sa.text("SELECT rowid FROM search_index WHERE search_index MATCH :words").columns(
            sa.column("rowid", sa.Integer)
        )
        query = select(SearchDocument).where(
            col(SearchDocument.rowid).in_(hits.bindparams(words=quoted).subquery().select())
        )
        if inboxes is not None:
            query = query.where(
                sa.or_(
                    col(SearchDocument.inbox_id).is_(None),
                    col(SearchDocument.inbox_id).in_(inboxes),
                )
            )
        return session.exec(query.order_by(col(SearchDocument.rowid).desc()).limit(limit)).all()
