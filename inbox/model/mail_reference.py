"""A mail that others referred to before it came, or that never comes: an answer overtook it."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class MailReference(SQLModel, table=True):
    """`message_id` without brackets, as in Message.mail_message_id.

    `referrer_id` is the message that told of it; where that one goes, this goes too.
    """

    __tablename__ = "mail_reference"
    __table_args__ = (Index("ix_mail_reference_referrer", "referrer_id"),)

    inbox_id: str = Field(foreign_key="inbox.id", primary_key=True)
    message_id: str = Field(max_length=998, primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id")
    referrer_id: str = Field(max_length=25)
