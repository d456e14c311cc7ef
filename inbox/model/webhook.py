"""An address of a third party that is told what happens, and each try to tell it."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from inbox.model.base import JSON, EnumText, LargeBinary, Record, SentenceText, UtcDateTime
from inbox.model.message import MessageState


class Webhook(Record, table=True):
    """`secret` signs the calls; encrypted by the vault, shown once."""

    url: str = Field(max_length=2000)
    events: list[str] = Field(default_factory=list, sa_type=JSON)
    inbox_id: str | None = Field(default=None, foreign_key="inbox.id")
    secret: bytes = Field(default=b"", sa_type=LargeBinary)
    previous_secret: bytes = Field(default=b"", sa_type=LargeBinary)
    enabled: bool = True
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    disabled_reason: str = Field(default="", sa_type=SentenceText(500))


class WebhookDelivery(Record, table=True):
    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        Index("ix_webhook_delivery_due", "state", "not_before", "id"),
        Index("ix_webhook_delivery_log", "webhook_id", "id"),
    )

    webhook_id: str = Field(foreign_key="webhook.id")
    event_id: str = Field(max_length=25)
    event_kind: str = Field(max_length=64)
    state: MessageState = Field(default=MessageState.QUEUED, sa_type=EnumText(MessageState))
    not_before: datetime = Field(sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    payload: str = ""
    status_code: int | None = None
    response: str = Field(default="", max_length=2000)
    error: str = Field(default="", sa_type=SentenceText(500))
