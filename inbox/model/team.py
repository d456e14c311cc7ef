"""A team of agents."""

from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from inbox.model.base import EnumText, Record


class Strategy(StrEnum):
    """How new conversations find their agent."""

    MANUAL = "manual"
    ROUND_ROBIN = "round_robin"
    LEAST_BUSY = "least_busy"


class Team(Record, table=True):
    name: str = Field(unique=True, max_length=120)
    strategy: Strategy = Field(default=Strategy.ROUND_ROBIN, sa_type=EnumText(Strategy))
    business_hours_id: str | None = Field(default=None, foreign_key="business_hours.id")


class TeamMembership(Record, table=True):
    __tablename__ = "team_membership"
    __table_args__ = (UniqueConstraint("team_id", "agent_id"),)

    team_id: str = Field(foreign_key="team.id")
    agent_id: str = Field(foreign_key="agent.id", index=True)
