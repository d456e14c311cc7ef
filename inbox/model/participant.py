"""Who takes part in a conversation beside its contact: people copied in, and agents who follow."""

from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from inbox.model.base import EnumText, Record


class ParticipantKind(StrEnum):
    COPIED = "copied"  # on To or Cc of a mail
    FOLLOWER = "follower"


class Participant(Record, table=True):
    """`key` is the normalised address, or the agent's id."""

    __table_args__ = (UniqueConstraint("conversation_id", "kind", "key"),)

    conversation_id: str = Field(foreign_key="conversation.id")
    kind: ParticipantKind = Field(sa_type=EnumText(ParticipantKind))
    key: str = Field(max_length=320, index=True)
    name: str = Field(default="", max_length=300)
