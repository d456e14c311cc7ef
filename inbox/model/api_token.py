"""A key for programs, and the answers remembered for their Idempotency-Keys."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from inbox.model.base import JSON, Record, UtcDateTime


class ApiToken(Record, table=True):
    """`token_hash` is the SHA-256 of 256 random bits, so it needs no slow hash.

    With `agent_id` it acts for that agent, without for an integration of its own name;
    `inbox_ids` are those it is limited to, none for all.
    """

    __tablename__ = "api_token"

    name: str = Field(max_length=120)
    token_hash: str = Field(unique=True, max_length=64)
    hint: str = Field(default="", max_length=8)
    scopes: list[str] = Field(default_factory=list, sa_type=JSON)
    agent_id: str | None = Field(default=None, foreign_key="agent.id")
    inbox_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    made_by_id: str | None = Field(default=None, foreign_key="agent.id")
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RememberedAnswer(Record, table=True):
    """What was answered to a POST with an Idempotency-Key, to answer the same again."""

    __tablename__ = "remembered_answer"
    __table_args__ = (UniqueConstraint("token_id", "key"),)

    token_id: str = Field(max_length=25)
    key: str = Field(max_length=200)
    fingerprint: str = Field(max_length=64)
    status: int = 0
    body: str = ""
