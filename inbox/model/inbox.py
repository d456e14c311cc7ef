"""One configured account on a channel."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from inbox.model.base import JSON, EnumText, LargeBinary, Record, SentenceText, UtcDateTime


class Health(StrEnum):
    UNKNOWN = "unknown"
    OK = "ok"
    TROUBLE = "trouble"  # tries again by itself
    NEEDS_LOGIN = "needs_login"  # a person has to act


class Inbox(Record, table=True):
    """`settings` are the channel's plain settings, `secrets` the rest, encrypted by the vault.

    `tokens` is what the provider granted after a sign-in, encrypted too. The channel renews them by
    itself, which makes no new version.
    `health` is the worse of what receiving and sending met, which `troubles` keeps apart:
    {"sending": ["needs_login", why]}. `health_at` is the last sign of life of who receives.
    """

    name: str = Field(max_length=120, unique=True)
    kind: str = Field(max_length=32)
    address: str = Field(default="", max_length=320)
    slug: str = Field(unique=True, max_length=64)
    enabled: bool = True
    archived: bool = False  # out of sight; what was written there stays
    restricted: bool = False
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    secrets: bytes = Field(default=b"", sa_type=LargeBinary)
    tokens: bytes = Field(default=b"", sa_type=LargeBinary)
    team_id: str | None = Field(default=None, foreign_key="team.id")
    business_hours_id: str | None = Field(default=None, foreign_key="business_hours.id")
    greeting: str = ""
    out_of_hours_reply: str = ""
    reopen_days: int = 30
    health: Health = Field(default=Health.UNKNOWN, sa_type=EnumText(Health))
    health_reason: str = Field(default="", sa_type=SentenceText(500))
    troubles: dict[str, list[Any]] = Field(default_factory=dict, sa_type=JSON)
    health_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    checkpoint: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    checkpoint_epoch: int = 0
    # the mailbox against what is stored: when, what was found, and whether somebody asked for it
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    checked: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    check_wanted: bool = False
    check_began_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    # [{since, until, why}]: times of which we can't know whether all that was written came
    gaps: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    reconciled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = 1

    @property
    def addresses(self) -> list[str]:
        """Those that mail to this inbox may bear, and answers may come from; the main one first."""
        return addresses_of(self.address, self.settings)

    @property
    def numbers(self) -> list[str]:
        """Those that a customer may be written to from, by SMS and WhatsApp; the main one first."""
        main = self.settings.get("sender")
        return [main, *self.settings.get("more_senders", ())] if main else []


def addresses_of(address: str, settings: Mapping[str, Any]) -> list[str]:
    """By the columns of an inbox."""
    others = str(settings.get("aliases", "")).lower().split(",")
    found = dict.fromkeys([address.lower(), *(one.strip() for one in others)])
    return [one for one in found if "@" in one]


class InboxMembership(Record, table=True):
    """Who may see a restricted inbox."""

    __tablename__ = "inbox_membership"
    __table_args__ = (UniqueConstraint("inbox_id", "agent_id"),)

    inbox_id: str = Field(foreign_key="inbox.id")
    agent_id: str = Field(foreign_key="agent.id", index=True)
