"""A word that sorts conversations."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from inbox.model.base import Record


class Tag(Record, table=True):
    name: str = Field(unique=True, max_length=64)
    hue: int = 265


class Tagging(Record, table=True):
    __table_args__ = (UniqueConstraint("conversation_id", "tag_id"),)

    conversation_id: str = Field(foreign_key="conversation.id")
    tag_id: str = Field(foreign_key="tag.id", index=True)
