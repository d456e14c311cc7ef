"""Something said in a conversation: by the customer, to the customer, or among ourselves."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from inbox.model.base import JSON, EnumText, Record, SentenceText, UtcDateTime


class Direction(StrEnum):
    INCOMING = "incoming"
    OUTGOING = "outgoing"
    NOTE = "note"


class Author(StrEnum):
    CONTACT = "contact"
    AGENT = "agent"
    BOT = "bot"  # rules and auto-replies too
    SYSTEM = "system"
    API = "api"  # an integration, by a token of its own


class MessageState(StrEnum):
    """Where a message stands; `rank` only ever grows for one that is being delivered."""

    RECEIVED = "received"
    NOTED = "noted"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the connection broke where "once" can't be known
    CANCELLED = "cancelled"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {
    MessageState.RECEIVED: 0,
    MessageState.NOTED: 0,
    MessageState.QUEUED: 1,
    MessageState.SENDING: 2,
    MessageState.UNKNOWN: 3,
    MessageState.SENT: 4,
    MessageState.DELIVERED: 5,
    MessageState.READ: 6,
    MessageState.FAILED: 7,
    MessageState.CANCELLED: 7,
}


class Message(Record, table=True):
    """`text` is what was newly written, `quoted` the history below it, `html` sanitised.

    `reading` says how sure it is who wrote it, and whether all of it could be read.
    `reply_to_id` is the one message that this one answers. `extras` has what only some have:
    `reactions` [{emoji, by: contact or us, id, name, at}], `buttons` [{text, value}] below it,
    `choice` the value of the button that the customer pressed, `consent` what they told a machine
    (stopped, started or help), `template` {id, name, language,
    values} of the provider, `answered` {name, text} of a message that we don't have, and `link`
    to the provider's page about what went wrong.
    """

    __table_args__ = (
        UniqueConstraint("inbox_id", "direction", "external_id"),
        Index("ix_message_conversation", "conversation_id", "id"),
        Index("ix_message_thread", "thread_id", "id"),
        Index("ix_message_mail", "mail_message_id"),
        Index("ix_message_provider", "inbox_id", "provider_id"),
        Index(
            "ix_message_unindexed",
            "id",
            sqlite_where=text("indexed = 0"),
            postgresql_where=text("NOT indexed"),
        ),
    )

    conversation_id: str = Field(foreign_key="conversation.id")
    thread_id: str | None = Field(default=None, foreign_key="channel_thread.id")
    inbox_id: str = Field(foreign_key="inbox.id")
    direction: Direction = Field(sa_type=EnumText(Direction))
    external_id: str = Field(max_length=500)
    provider_id: str | None = Field(default=None, max_length=500)
    mail_message_id: str | None = Field(default=None, max_length=998)
    author_kind: Author = Field(sa_type=EnumText(Author))
    author_id: str | None = Field(default=None, max_length=25)
    author_name: str = Field(default="", max_length=320)
    via: str = Field(default="", max_length=120)  # the token that wrote it for somebody
    moved_from_id: str | None = Field(default=None, max_length=25)  # by splitting
    channel: str = Field(default="", max_length=32)
    subject: str = Field(default="", max_length=998)
    text: str = ""
    quoted: str = ""
    html: str = ""
    recipients: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    sent_at: datetime = Field(sa_type=UtcDateTime)
    state: MessageState = Field(sa_type=EnumText(MessageState))
    state_reason: str = Field(default="", sa_type=SentenceText(500))
    matched_by: str = Field(default="", max_length=32)
    proof: str = Field(default="", max_length=16)
    reading: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    automatic: bool = False
    is_side: bool = False  # to or from somebody beside; never for the customer
    arrival_id: str | None = Field(default=None, foreign_key="arrival.id")
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    edits: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    attachment_count: int = 0
    reply_to_id: str | None = Field(default=None, max_length=25)
    extras: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    indexed: bool = False


class MessagePart(SQLModel, table=True):
    """One more id by which the provider knows a message: a picture of an album, a further part."""

    __tablename__ = "message_part"
    __table_args__ = (Index("ix_message_part_message", "message_id", "external_id"),)

    inbox_id: str = Field(foreign_key="inbox.id", primary_key=True)
    external_id: str = Field(max_length=500, primary_key=True)
    message_id: str = Field(foreign_key="message.id")
