"""One matter with one contact; carries what a list row shows, so that lists need no joins."""

from datetime import datetime
from enum import IntEnum, StrEnum

from sqlalchemy import Index
from sqlmodel import Field

from inbox.model.base import EnumText, Record, UtcDateTime


class Status(StrEnum):
    OPEN = "open"  # needs us
    WAITING = "waiting"  # answered, the customer's turn
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    SPAM = "spam"
    MERGED = "merged"  # in no list: `merged_into_id` is where it goes on


class Priority(IntEnum):
    NONE = 0
    LOW = 1
    NORMAL = 2
    HIGH = 3
    URGENT = 4


def _tab(name: str, *columns: str) -> Index:
    """One composite index a list: its filter, then the order of the rows."""
    return Index(f"ix_conversation_{name}", *columns, "last_at", "id")


class Conversation(Record, table=True):
    __table_args__ = (
        _tab("status", "status"),
        _tab("inbox", "inbox_id", "status"),
        _tab("assignee", "assignee_id", "status"),
        _tab("team", "team_id", "status"),
        _tab("contact", "contact_id"),
        Index("ix_conversation_snoozed", "snoozed_until"),
    )

    number: int = Field(unique=True)
    contact_id: str = Field(foreign_key="contact.id")
    inbox_id: str = Field(foreign_key="inbox.id")
    subject: str = Field(default="", max_length=500)
    status: Status = Field(default=Status.OPEN, sa_type=EnumText(Status))
    priority: int = Priority.NONE
    assignee_id: str | None = Field(default=None, foreign_key="agent.id")
    team_id: str | None = Field(default=None, foreign_key="team.id")
    language: str = Field(default="", max_length=16)
    snoozed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    snoozed_until_reply: bool = False
    woke_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    waiting_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    first_reply_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    linked_id: str | None = Field(default=None, foreign_key="conversation.id")
    merged_into_id: str | None = Field(default=None, foreign_key="conversation.id")
    flagged: bool = False  # somebody who takes no part wrote in
    version: int = 1
    # what a list row shows
    contact_name: str = Field(default="", max_length=320)
    channel: str = Field(default="", max_length=32)
    preview: str = Field(default="", max_length=200)
    last_author: str = Field(default="contact", max_length=16)
    last_at: datetime = Field(sa_type=UtcDateTime)
    unread: int = 0
    message_count: int = 0

    @property
    def is_closed(self) -> bool:
        return self.status in (Status.RESOLVED, Status.SPAM)
