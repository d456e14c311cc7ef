"""A signed-in browser of an agent; only the token's hash is kept."""

from datetime import datetime

from sqlmodel import Field

from inbox.model.base import Record, UtcDateTime


class Session(Record, table=True):
    token_hash: str = Field(unique=True, max_length=64)
    agent_id: str = Field(foreign_key="agent.id", index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    address: str = Field(default="", max_length=64)
    browser: str = Field(default="", max_length=300)


class Throttle(Record, table=True):
    """Tries of one kind by one key within a window that began at `since`."""

    key: str = Field(unique=True, max_length=200)
    tries: int = 0
    since: datetime = Field(sa_type=UtcDateTime)
