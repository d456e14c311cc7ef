"""The full-text index of SQLite: FTS5 over the folded documents, ordered by rowid."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.model import SearchDocument


class Index:
    """`search_index` is an external-content table, so it is told what goes and what comes."""

    @staticmethod
    def forget(session: Session, subjects: Sequence[str | None]) -> None:
        gone = session.execute(
            sa.select(col(SearchDocument.rowid), col(SearchDocument.body)).where(
                col(SearchDocument.subject_id).in_(subjects)
            )
        ).all()
        if not gone:
            return
        session.execute(
            sa.text(
                "INSERT INTO search_index(search_index, rowid, body)"
                " VALUES ('delete', :rowid, :body)"
            ),
            [{"rowid": rowid, "body": body} for rowid, body in gone],
        )
        session.execute(
            sa.delete(SearchDocument).where(col(SearchDocument.subject_id).in_(subjects))
        )

    @staticmethod
    def added(session: Session, subjects: Sequence[str | None]) -> None:
        new = sa.select(col(SearchDocument.rowid), col(SearchDocument.body)).where(
            col(SearchDocument.subject_id).in_(subjects)
        )
        rows = [{"rowid": rowid, "body": body} for rowid, body in session.execute(new)]
        session.execute(
            sa.text("INSERT INTO search_index(rowid, body) VALUES (:rowid, :body)"), rows
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

    @staticmethod
    def beginning(words: Sequence[str]) -> sa.ColumnElement[bool]:
        """Of documents in which each of these words, or one that begins with it, stands."""
        quoted = " ".join(f'"{word}"*' for word in words)
        hits = sa.text("SELECT rowid FROM search_index WHERE search_index MATCH :begins").columns(
            sa.column("rowid", sa.Integer)
        )
        found = hits.bindparams(begins=quoted).subquery().select()
        return col(SearchDocument.rowid).in_(found)
