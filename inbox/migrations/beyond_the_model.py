"""What the databases need and the model can't say: full-text search, and numbers drawn in order."""

from collections.abc import Mapping
from typing import Any

from alembic import op

SEARCH = "search_index"
VECTOR = "search_vector"

SQLITE = (
    # the text itself stands in search_document alone
    f"""
    CREATE VIRTUAL TABLE {SEARCH} USING fts5(
        body, content='search_document', content_rowid='rowid',
        tokenize='unicode61 remove_diacritics 0', prefix='2 3'
    )
    """,
)
POSTGRESQL = (
    "CREATE SEQUENCE conversation_number",
    # readers by cursor tell by it which events are settled; see inbox.db.settled
    """
    ALTER TABLE event ALTER COLUMN transaction_id
    SET DEFAULT (pg_current_xact_id()::text::bigint)
    """,
    f"""
    ALTER TABLE search_document ADD COLUMN {VECTOR} tsvector
    GENERATED ALWAYS AS (to_tsvector('simple', body)) STORED
    """,
    f"CREATE INDEX ix_search_document_vector ON search_document USING gin ({VECTOR})",
)


def create() -> None:
    dialect = op.get_context().dialect.name
    for statement in SQLITE if dialect == "sqlite" else POSTGRESQL:
        op.execute(statement)


def is_of_the_model(name: str | None, kind: str, _parents: Mapping[Any, str | None]) -> bool:
    """Whether autogenerate should compare it: all but what is made above."""
    if kind == "table":
        return not (name or "").startswith(SEARCH)
    return name not in {VECTOR, "ix_search_document_vector"}
