"""A list of conversations that somebody put together by conditions."""

from typing import Any

from sqlmodel import Field

from inbox.model.base import JSON, Record


class SavedView(Record, table=True):
    """Without an owner it is everybody's; `conditions` are nested as those of rules."""

    __tablename__ = "saved_view"

    name: str = Field(max_length=80)
    owner_id: str | None = Field(default=None, foreign_key="agent.id", index=True)
    conditions: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    version: int = 1
