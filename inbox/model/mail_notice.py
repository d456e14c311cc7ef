"""A mail that tells an agent of something; the agent's answer to it goes to the customer."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from inbox.model.base import EnumText, Record, SentenceText, UtcDateTime
from inbox.model.message import MessageState


class NoticeKind(StrEnum):
    ASSIGNED = "assigned"
    ANSWERED = "answered"  # somebody wrote in a conversation of the agent's
    UNASSIGNED = "unassigned"  # a new conversation that nobody has
    REFUSED = "refused"  # the agent's answer by mail was not sent


class MailNotice(Record, table=True):
    """`cause` is what it tells of, once for each agent: an event, or an answer that was refused.

    `message_id` is the newest message at the time; what an agent answers, they have seen so far.
    """

    __tablename__ = "mail_notice"
    __table_args__ = (
        UniqueConstraint("agent_id", "cause"),
        Index("ix_mail_notice_due", "state", "not_before", "id"),
    )

    agent_id: str = Field(foreign_key="agent.id")
    conversation_id: str = Field(foreign_key="conversation.id")
    message_id: str | None = Field(default=None, foreign_key="message.id")
    inbox_id: str = Field(foreign_key="inbox.id")  # by which it is sent, and answered
    kind: NoticeKind = Field(sa_type=EnumText(NoticeKind))
    cause: str = Field(max_length=100)
    reason: str = Field(default="", sa_type=SentenceText(2000))  # why an answer was refused
    returned: str = ""  # what it said
    state: MessageState = Field(default=MessageState.QUEUED, sa_type=EnumText(MessageState))
    not_before: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = Field(default="", sa_type=SentenceText(2000))
