"""A conversation given to an agent or a team, with the reason and the score's parts."""

from typing import Any

from sqlmodel import Field

from inbox.model.base import JSON, Record


class Assignment(Record, table=True):
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    from_agent_id: str | None = Field(default=None, foreign_key="agent.id")
    to_agent_id: str | None = Field(default=None, foreign_key="agent.id")
    # a team may be dissolved, its history stays
    from_team_id: str | None = Field(default=None, max_length=25)
    to_team_id: str | None = Field(default=None, max_length=25)
    by_kind: str = Field(default="system", max_length=16)
    by_id: str | None = Field(default=None, max_length=25)
    reason: str = ""
    parts: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
