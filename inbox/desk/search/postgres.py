"""The full-text index of PostgreSQL: a stored tsvector, with a probe for how common a word is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox.model import SearchDocument

# A word that many documents have is found among the newest, whatever the index holds of it: to
# gather three hundred thousand hits takes it a tenth of a second.
RECENT = 2_000
# Ordering by rowid walks the primary key backwards: right for common words, fatal for rare ones.
PROBE = 2001

ROWID = col(SearchDocument.rowid)
PARTS: tuple[Any, ...] = (
    ROWID,
    col(SearchDocument.kind),
    col(SearchDocument.subject_id),
    col(SearchDocument.inbox_id),
    sa.literal_column("search_vector").label("search_vector"),
)
MATCHES = sa.text("search_vector @@ to_tsquery('simple', :words)")


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
    ) -> Sequence[sa.Row[Any]]:
        given = {"words": " & ".join(f"'{word}'" for word in words) + ":*"}
        newest = sa.select(*PARTS).order_by(ROWID.desc()).limit(RECENT).subquery()
        found = _found(session, newest, inboxes, limit, given)
        if len(found) == limit:
            return found
        probe = sa.select(ROWID).where(MATCHES).limit(PROBE).cte("probe")
        probe = probe.prefix_with("MATERIALIZED", dialect="postgresql")
        rare = list(session.execute(sa.select(probe.c.rowid), given).scalars())
        every = sa.select(*PARTS)
        if len(rare) < PROBE:
            every = every.where(ROWID.in_(rare))
        return _found(session, every.subquery(), inboxes, limit, given)

    @staticmethod
    def beginning(words: Sequence[str]) -> sa.ColumnElement[bool]:
        """Of documents in which each of these words, or one that begins with it, stands."""
        wanted = " & ".join(f"'{word}':*" for word in words)
        matches = sa.text("search_vector @@ to_tsquery('simple', :begins)")
        return matches.bindparams(begins=wanted)  # type: ignore[return-value]


def _found(
    session: Session,
    among: sa.Subquery,
    inboxes: Sequence[str] | None,
    limit: int,
    given: dict[str, str],
) -> Sequence[sa.Row[Any]]:
    """The newest hits among these documents."""
    query = sa.select(among.c.kind, among.c.subject_id).where(MATCHES)
    if inboxes is not None:
        query = query.where(sa.or_(among.c.inbox_id.is_(None), among.c.inbox_id.in_(inboxes)))
    return session.execute(query.order_by(among.c.rowid.desc()).limit(limit), given).all()
