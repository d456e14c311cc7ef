"""Steps that an agent runs by hand on a conversation."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from inbox.model.base import JSON, Record, UtcDateTime


class Macro(Record, table=True):
    """`actions` are those of automation rules."""

    name: str = Field(unique=True, max_length=120)
    actions: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    used: int = 0
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = 1
