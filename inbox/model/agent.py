"""A person of the team who answers, and the role that says what they may do."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Field

from inbox.model.base import JSON, EnumText, Record, UtcDateTime

ONLINE_FOR = timedelta(seconds=120)


class Permission(StrEnum):
    """What a role can allow."""

    ANSWER = "answer"  # see and work on conversations and contacts
    SEE_ALL = "see_all"  # restricted inboxes as well
    ADMINISTER = "administer"  # inboxes, agents, teams, rules, webhooks, tokens


class Availability(StrEnum):
    ONLINE = "online"
    AWAY = "away"


class Role(Record, table=True):
    name: str = Field(unique=True, max_length=64)
    permissions: list[str] = Field(default_factory=list, sa_type=JSON)


class Agent(Record, table=True):
    name: str = Field(max_length=200)
    email: str = Field(unique=True, max_length=254)
    password_hash: str = ""
    role_id: str = Field(foreign_key="role.id")
    active: bool = True
    availability: Availability = Field(default=Availability.ONLINE, sa_type=EnumText(Availability))
    last_seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    capacity: int = 20
    locale: str = Field(default="", max_length=16)
    theme: str = Field(default="", max_length=16)
    time_zone: str = Field(default="", max_length=64)  # empty: as the browser
    signature: str = ""
    mail_when_assigned: bool = False
    mail_when_answered: bool = False
    mail_when_unassigned: bool = False
    last_assigned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
