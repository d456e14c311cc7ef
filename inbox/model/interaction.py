"""A call, meeting, letter or talk that was logged by hand or by a program."""

from enum import StrEnum

from sqlmodel import Field

from inbox.model.base import EnumText, Record


class InteractionKind(StrEnum):
    """Also the `channel` of its message."""

    CALL = "call"
    MEETING = "meeting"
    LETTER = "letter"
    TALK = "talk"


class Interaction(Record, table=True):
    """What is known besides the message: its `subject` is the outcome, `sent_at` when it was.

    `external_id` is that of the program that logged it: the same twice is the same interaction.
    """

    message_id: str = Field(foreign_key="message.id", unique=True)
    kind: InteractionKind = Field(sa_type=EnumText(InteractionKind))
    seconds: int = 0
    participants: str = Field(default="", max_length=1000)
    logged_by: str = Field(default="", max_length=320)
    external_id: str | None = Field(default=None, unique=True, max_length=200)
