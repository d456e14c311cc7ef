"""The outbox: an outgoing message on its way to the channel."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field

from inbox.model.base import JSON, EnumText, Record, SentenceText, UtcDateTime
from inbox.model.message import MessageState


class Delivery(Record, table=True):
    """`request_id` comes from the browser: the same one twice is the same delivery.

    `stage` is "handing over" from just before the provider is called until its answer is stored:
    a crash there is where "once" can't be known. `epoch` grows with each claim and fences
    a claimer that was frozen. `failed_at` stands until a person has looked after a failure.
    """

    __table_args__ = (
        Index("ix_delivery_due", "state", "not_before", "id"),
        Index("ix_delivery_lane", "conversation_id", "id"),
        Index(
            "ix_delivery_failed",
            "id",
            sqlite_where=text("failed_at IS NOT NULL"),
            postgresql_where=text("failed_at IS NOT NULL"),
        ),
    )

    message_id: str = Field(foreign_key="message.id", unique=True)
    conversation_id: str = Field(foreign_key="conversation.id")
    inbox_id: str = Field(foreign_key="inbox.id")
    request_id: str = Field(max_length=100, unique=True)
    state: MessageState = Field(default=MessageState.QUEUED, sa_type=EnumText(MessageState))
    not_before: datetime = Field(sa_type=UtcDateTime)
    due_from: datetime = Field(sa_type=UtcDateTime)  # where the span of its tries begins
    failed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    epoch: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    stage: str = Field(default="", max_length=32)
    error_code: str = Field(default="", max_length=64)
    error: str = Field(default="", sa_type=SentenceText(2000))
    envelope: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
