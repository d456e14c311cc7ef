"""Texts that agents insert into an answer."""

from datetime import datetime

from sqlmodel import Field

from inbox.model.base import Record, UtcDateTime


class CannedResponse(Record, table=True):
    """`text` may hold variables; without a team it is everybody's."""

    __tablename__ = "canned_response"

    name: str = Field(unique=True, max_length=120)
    text: str
    folded: str = ""  # name and text, as they are searched
    team_id: str | None = Field(default=None, foreign_key="team.id", ondelete="CASCADE")
    used: int = 0
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = 1
