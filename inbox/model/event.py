"""What happened, with who, why and what caused it; every reader of the past reads this table."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, text
from sqlmodel import Field, SQLModel

from inbox import clock, ids
from inbox.model.base import JSON, UtcDateTime


class Event(SQLModel, table=True):
    """`seq` orders events; `transaction_id` tells readers on PostgreSQL which are settled."""

    __table_args__ = (
        Index("ix_event_conversation", "conversation_id", "seq"),
        Index("ix_event_contact", "contact_id", "seq"),
        Index(
            "ix_event_pending",
            "seq",
            sqlite_where=text("reacted_at IS NULL"),
            postgresql_where=text("reacted_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite")
    )
    id: str = Field(default_factory=ids.new, unique=True, max_length=25)
    kind: str = Field(max_length=64)
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    actor_kind: str = Field(default="system", max_length=16)
    actor_id: str | None = Field(default=None, max_length=25)
    actor_name: str = Field(default="", max_length=200)
    conversation_id: str | None = Field(default=None, max_length=25)
    contact_id: str | None = Field(default=None, max_length=25)
    inbox_id: str | None = Field(default=None, max_length=25)
    message_id: str | None = Field(default=None, max_length=25)
    particulars: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    cause_id: str | None = Field(default=None, max_length=25)
    depth: int = 0
    # left to the database: on PostgreSQL the migration makes it the transaction's own number
    transaction_id: int | None = Field(
        default=None,
        nullable=False,
        sa_type=BigInteger,
        sa_column_kwargs={"server_default": text("0")},
    )
    reacted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    failures: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
