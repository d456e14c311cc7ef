"""A chat whose visitor may have left: when its unread answers go on by e-mail."""

from datetime import datetime

from sqlmodel import Field

from inbox.model.base import Record, UtcDateTime


class Continuation(Record, table=True):
    """`upto` is the newest answer that was mailed; `due_at` is empty while none waits."""

    conversation_id: str = Field(foreign_key="conversation.id", unique=True)
    thread_id: str = Field(foreign_key="channel_thread.id")
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    upto: str = Field(default="", max_length=25)
