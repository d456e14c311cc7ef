"""A rule: on an event, if conditions hold, do actions; and why it did or did not."""

from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from inbox.model.base import JSON, Record


class AutomationRule(Record, table=True):
    """`conditions` is a nested {"all"|"any": [...]} of {"field", "operator", "value"}."""

    __tablename__ = "automation_rule"

    name: str = Field(max_length=120)
    event_kind: str = Field(max_length=64, index=True)
    conditions: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    actions: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    position: int = 0
    enabled: bool = True
    stop_after: bool = False  # when it fired, later rules are not asked
    version: int = 1


class RuleRun(Record, table=True):
    """Once for each rule and event, so that a repeated reaction does nothing twice."""

    __tablename__ = "rule_run"
    __table_args__ = (
        UniqueConstraint("rule_id", "event_id"),
        Index("ix_rule_run_conversation", "conversation_id", "id"),
        Index("ix_rule_run_rule", "rule_id", "id"),
    )

    rule_id: str = Field(foreign_key="automation_rule.id")
    event_id: str = Field(max_length=25)
    conversation_id: str | None = Field(default=None, max_length=25)
    fired: bool
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
