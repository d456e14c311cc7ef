"""The full-text index of PostgreSQL: a stored tsvector, with a probe for how common a word is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.model import SearchDocument

# Ordering by rowid walks the primary key backwards: right for common words, fatal for rare ones.
PROBE = 2001


class Index:
    """The vector is a generated column, so only the search itself needs care."""

    @staticmethod
    def forget(connection: sa.Connection, documents: Sequence[tuple[int, str]]) -> None:
        """Nothing to do: the vector goes with its row."""

    @staticmethod
    @contextmanager
    def added(connection: sa.Connection) -> Iterator[None]:  # noqa: ARG004
        """Nothing to do: the database keeps the vector."""
        yield

    @staticmethod
    def find(
        session: Session, words: Sequence[str], inboxes: Sequence[str] | None, limit: int
    ) -> Sequence[SearchDocument]:
        wanted = " & ".join(f"'{word}'" for word in words) + ":*"
        matches = sa.text("search_vector @@ to_tsquery('simple', :words)").bindparams(words=wanted)
        probe = (
            sa.select(col(SearchDocument.rowid)).where(matches).limit(PROBE).cte("probe")
        ).prefix_with("MATERIALIZED", dialect="postgresql")
        rare = list(session.execute(sa.select(probe.c.rowid)).scalars())
        query = select(SearchDocument)
        if len(rare) < PROBE:
            query = query.where(col(SearchDocument.rowid).in_(rare))
        else:
            query = query.where(matches)
        if inboxes is not None:
            query = query.where(
                sa.or_(
                    col(SearchDocument.inbox_id).is_(None),
                    col(SearchDocument.inbox_id).in_(inboxes),
                )
            )
        return session.exec(query.order_by(col(SearchDocument.rowid).desc()).limit(limit)).all()
