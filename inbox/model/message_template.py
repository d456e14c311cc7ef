"""A text that WhatsApp has approved, with gaps to fill in; kept as the provider last gave it."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from inbox.model.base import JSON, Record, UtcDateTime


class MessageTemplate(Record, table=True):
    """`provider_id` is a Content SID at Twilio; at Meta it is made of name and language.

    `body` has its gaps as {{1}} or {{name}}; `variables` are [{name, example, place}], where
    `place` is header, body or button, in the order of the text. Sent can be what is `approved`.
    """

    __tablename__ = "message_template"
    __table_args__ = (UniqueConstraint("inbox_id", "provider_id"),)

    inbox_id: str = Field(foreign_key="inbox.id")
    provider_id: str = Field(max_length=320)
    name: str = Field(max_length=320)
    language: str = Field(default="", max_length=16)
    category: str = Field(default="", max_length=32)
    approved: bool = False
    status: str = Field(default="", max_length=64)
    header: str = ""
    body: str = ""
    footer: str = ""
    buttons: list[str] = Field(default_factory=list, sa_type=JSON)
    variables: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    fetched_at: datetime = Field(sa_type=UtcDateTime)
