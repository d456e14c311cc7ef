"""A file of a message; its bytes are in the file store under their hash."""

from typing import Any

from sqlmodel import Field

from inbox.model.base import JSON, Record


class Attachment(Record, table=True):
    """`card` tells what is in it: an invitation, a contact, a mail, a seal; empty for most."""

    message_id: str | None = Field(default=None, foreign_key="message.id", index=True)
    uploader_id: str | None = Field(
        default=None, max_length=64
    )  # who put it up before it had a message
    name: str = Field(max_length=255)
    content_type: str = Field(max_length=128)
    size: int
    digest: str = Field(max_length=64)
    content_id: str = Field(default="", max_length=255)
    inline: bool = False
    card: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
