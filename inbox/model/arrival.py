"""Bytes as they came from a channel, kept before anything is acknowledged."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from inbox.model.base import JSON, EnumText, LargeBinary, Record, SentenceText, UtcDateTime


class ArrivalState(StrEnum):
    NEW = "new"
    DONE = "done"
    IGNORED = "ignored"  # understood, and nothing to keep (a typing notice, a duplicate)
    QUARANTINED = "quarantined"
    DISCARDED = "discarded"  # a person looked and threw it away


class Arrival(Record, table=True):
    """Small raw bytes stand in `raw`, larger ones in the file store under `digest`."""

    __table_args__ = (
        UniqueConstraint("inbox_id", "external_id"),
        Index("ix_arrival_state", "state", "lease_until", "id"),
    )

    inbox_id: str = Field(foreign_key="inbox.id")
    external_id: str = Field(max_length=500)
    raw: bytes | None = Field(default=None, sa_type=LargeBinary)
    digest: str = Field(default="", max_length=64)
    size: int = 0
    meta: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    state: ArrivalState = Field(default=ArrivalState.NEW, sa_type=EnumText(ArrivalState))
    attempts: int = 0
    error: str = Field(default="", sa_type=SentenceText(2000))
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
