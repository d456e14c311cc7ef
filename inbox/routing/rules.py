"""Automation rules as an admin edits them: added, changed, put in order, removed."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.i18n import N_, Phrase
from inbox.model import AutomationRule, RuleRun
from inbox.routing import actions, validation

MAX_ACTIONS = 20

TRIGGERS = {
    EventKind.MESSAGE_RECEIVED: N_("A customer wrote"),
    EventKind.MESSAGE_EDITED: N_("A customer changed a message"),
    EventKind.MESSAGE_REACTED: N_("Somebody reacted to a message"),
    EventKind.CONVERSATION_CREATED: N_("A conversation began"),
    EventKind.CONVERSATION_ASSIGNED: N_("A conversation was assigned"),
    EventKind.CONVERSATION_FLAGGED: N_("A stranger wrote in"),
    EventKind.CONVERSATION_SNOOZED: N_("A conversation was snoozed"),
    EventKind.CONVERSATION_WOKE: N_("A snoozed conversation woke up"),
    EventKind.STATUS_CHANGED: N_("The status changed"),
    EventKind.PRIORITY_CHANGED: N_("The priority changed"),
    EventKind.SUBJECT_CHANGED: N_("The subject changed"),
    EventKind.TAG_ADDED: N_("A tag was added"),
    EventKind.TAG_REMOVED: N_("A tag was removed"),
    EventKind.NOTE_ADDED: N_("A note was added"),
    EventKind.REPLY_QUEUED: N_("An answer was sent off"),
    EventKind.DELIVERY_CHANGED: N_("A delivery changed its state"),
}


class RuleValues(BaseModel):
    """What an admin fills in; `version` of the rule they saw guards against two at once."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=120)
    event_kind: str
    conditions: dict[str, Any] = Field(default_factory=dict)
    actions: list[dict[str, Any]] = Field(default_factory=list)
    enabled: bool = True
    stop_after: bool = False


def add(session: Session, values: RuleValues, *, by: Actor) -> AutomationRule:
    """Behind those there are."""
    _check(values)
    last = session.exec(select(sa.func.max(col(AutomationRule.position)))).one()
    rule = AutomationRule(**values.model_dump(), position=0 if last is None else last + 1)
    return _saved(session, rule, "added", by)


def change(
    session: Session, rule_id: str, values: RuleValues, *, by: Actor, version: int | None = None
) -> AutomationRule:
    """Conflict if it is not any more at the `version` that the admin saw."""
    rule = get(session, rule_id)
    if version is not None and version != rule.version:
        raise Conflict("Somebody else changed this rule. Look at it again.")
    _check(values)
    rule.sqlmodel_update(values.model_dump())
    rule.version += 1
    return _saved(session, rule, "changed", by)


def reorder(session: Session, rule_ids: Sequence[str], *, by: Actor) -> list[AutomationRule]:
    """All rules, in their new order."""
    rules = {rule.id: rule for rule in session.exec(select(AutomationRule))}
    if sorted(rule_ids) != sorted(rules):
        raise Invalid(fields={"rule_ids": "Name every rule once."})
    for position, rule_id in enumerate(rule_ids):
        rules[rule_id].position = position
        session.add(rules[rule_id])
    record(session, EventKind.SETTING_CHANGED, by=by, setting="automation_rules", did="reordered")
    return [rules[rule_id] for rule_id in rule_ids]


def move(session: Session, rule_id: str, places: int, *, by: Actor) -> AutomationRule:
    """Up (negative) or down among the others; at an end it stays."""
    rule = get(session, rule_id)
    order = [each.id for each in every(session)]
    at = order.index(rule_id)
    to = max(0, min(len(order) - 1, at + places))
    if to != at:
        order.insert(to, order.pop(at))
        reorder(session, order, by=by)
    return rule


def switch(session: Session, rule_id: str, enabled: bool, *, by: Actor) -> AutomationRule:
    rule = get(session, rule_id)
    if rule.enabled == enabled:
        return rule
    rule.enabled = enabled
    rule.version += 1
    return _saved(session, rule, "switched_on" if enabled else "switched_off", by)


def every(session: Session) -> Sequence[AutomationRule]:
    """In the order in which they are asked."""
    return session.exec(
        select(AutomationRule).order_by(col(AutomationRule.position), col(AutomationRule.id))
    ).all()


def get(session: Session, rule_id: str) -> AutomationRule:
    rule = session.get(AutomationRule, rule_id)
    if rule is None:
        raise NotFound("There is no such rule.")
    return rule


def remove(session: Session, rule_id: str, *, by: Actor) -> None:
    """With its why-log; to keep that, switch the rule off instead."""
    rule = get(session, rule_id)
    session.execute(sa.delete(RuleRun).where(col(RuleRun.rule_id) == rule_id))
    session.delete(rule)
    _tell(session, rule, "removed", by)


def _check(values: RuleValues) -> None:
    faults: dict[str, str] = {}
    if values.event_kind not in TRIGGERS:
        faults["event_kind"] = N_("Choose an event from the list.")
    if not 1 <= len(values.actions) <= MAX_ACTIONS:
        faults["actions"] = Phrase("Give 1 to %(most)d actions.", most=MAX_ACTIONS)
    for position, wanted in enumerate(values.actions):
        try:
            actions.parse(wanted)
        except Invalid as error:
            faults |= {f"actions.{position}.{name}": what for name, what in error.fields.items()}
    try:
        validation.check(values.conditions)
    except Invalid as error:
        faults |= error.fields
    if faults:
        raise Invalid(fields=faults)


def _saved(session: Session, rule: AutomationRule, did: str, by: Actor) -> AutomationRule:
    session.add(rule)
    _tell(session, rule, did, by)
    return rule


def _tell(session: Session, rule: AutomationRule, did: str, by: Actor) -> None:
    record(
        session, EventKind.SETTING_CHANGED, by=by, setting="automation_rule", did=did,
        rule_id=rule.id, rule=rule.name,
    )  # fmt: skip
