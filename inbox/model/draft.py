"""What an agent is writing: one for each agent, conversation and kind."""

from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from inbox.model.base import JSON, Record


class Draft(Record, table=True):
    """`kind` is "reply", "note" or "forward".

    `version` grows with each save, an older one never wins.
    """

    __table_args__ = (UniqueConstraint("agent_id", "conversation_id", "kind"),)

    agent_id: str = Field(foreign_key="agent.id")
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    kind: str = Field(max_length=16)
    text: str = ""
    particulars: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    version: int = 0
