"""A thread of a conversation on one transport: a chat, a phone number, a chain of mails."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from inbox.model.base import Record, UtcDateTime


class ChannelThread(Record, table=True):
    """`remote_id` is the other side's id of the thread; for mail, the address written to.

    `our_address` is the one of ours that they wrote to last, so that answers come from it.
    `is_side`: it is with somebody whom an agent asked, and the customer never sees it.
    """

    __tablename__ = "channel_thread"
    __table_args__ = (Index("ix_channel_thread_remote", "inbox_id", "remote_id", "id"),)

    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    inbox_id: str = Field(foreign_key="inbox.id")
    identity_id: str = Field(foreign_key="identity.id")
    remote_id: str = Field(default="", max_length=320)
    subject: str = Field(default="", max_length=500)
    our_address: str = Field(default="", max_length=320)
    is_side: bool = False
    window_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_incoming_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
