"""A team is dissolved, or an agent leaves: what refers to them is told before, and mended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.desk import agents, handing_over, teams
from inbox.desk.assignment import LEFT
from inbox.errors import Invalid
from inbox.events import Actor, EventKind, record
from inbox.i18n import N_
from inbox.model import Agent, AutomationRule, Inbox, Team, TeamMembership
from inbox.routing import rules

FIELDS = {"conversation.team", "conversation.assignee"}
PARAMETERS = ("team_id", "agent_id")
DISSOLVED = N_("The team was dissolved.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What refers to a team or an agent; `work` are unfinished conversations."""

    work: int
    rules: Sequence[AutomationRule]
    inboxes: Sequence[Inbox] = ()
    members: int = 0


def of_team(session: Session, team: Team) -> Consequences:
    return Consequences(
        work=handing_over.work_of_team(session, team),
        rules=_rules_about(session, team.id),
        inboxes=session.exec(
            select(Inbox).where(Inbox.team_id == team.id).order_by(col(Inbox.name))
        ).all(),
        members=len(teams.members(session, team.id)),
    )


def of_agent(session: Session, agent: Agent) -> Consequences:
    return Consequences(
        work=handing_over.work_of_agent(session, agent), rules=_rules_about(session, agent.id)
    )


def dissolve(session: Session, team_id: str, successor_id: str | None, *, by: Actor) -> None:
    """Another team takes its place everywhere; without one rules about it are switched off."""
    team = teams.get(session, team_id)
    successor = _successor(session, successor_id, but=team_id)
    handing_over.from_team(session, team, successor, by=by, reason=DISSOLVED)
    for rule in _rules_about(session, team.id):
        _mend(session, rule, team.id, successor.id if successor else None, by)
    _forget(session, team, successor)
    record(
        session, EventKind.SETTING_CHANGED, by=by, setting="team", id=team.id, name=team.name,
        removed=True, successor_id=successor.id if successor else None,
    )  # fmt: skip
    session.flush()
    session.delete(team)


def deactivate(
    session: Session, agent_id: str, team_id: str | None, *, keep_work: bool = False, by: Actor
) -> int:
    """Signed out at once; the unfinished work is nobody's or a team's, unless it is kept.

    Rules that give conversations to the agent are switched off: they could only fail.
    """
    agent = agents.get(session, agent_id)
    team = _successor(session, team_id)
    agents.set_active(session, agent_id, False, by=by)
    for rule in _rules_about(session, agent.id):
        if _gives_to(rule, agent.id):
            rules.switch(session, rule.id, False, by=by)
    if keep_work:
        return 0
    return handing_over.from_agent(session, agent, team, by=by, reason=LEFT)


def _successor(session: Session, team_id: str | None, but: str = "") -> Team | None:
    if not team_id:
        return None
    team = session.get(Team, team_id)
    if team is None or team_id == but:
        raise Invalid(fields={"team_id": N_("Choose a team from the list.")})
    return team


def _rules_about(session: Session, row_id: str) -> list[AutomationRule]:
    """Their conditions and actions are JSON, and there are few: each is looked through."""
    return [
        rule
        for rule in rules.every(session)
        if _mentions(rule.conditions, row_id) or _gives_to(rule, row_id)
    ]


def _gives_to(rule: AutomationRule, row_id: str) -> bool:
    given = (action.get("parameters") or {} for action in rule.actions)
    return any(each.get(name) == row_id for each in given for name in PARAMETERS)


def _mentions(node: Mapping[str, Any], row_id: str) -> bool:
    if "field" in node:
        value = node.get("value")
        asked = value if isinstance(value, list) else [value]
        return node["field"] in FIELDS and row_id in asked
    return any(_mentions(each, row_id) for each in node.get("any") or node.get("all") or [])


def _mend(session: Session, rule: AutomationRule, old: str, new: str | None, by: Actor) -> None:
    if new is None:
        rules.switch(session, rule.id, False, by=by)
        return
    rule.conditions = _replaced(rule.conditions, old, new)
    rule.actions = [
        {**action, "parameters": _parameters(action.get("parameters") or {}, old, new)}
        for action in rule.actions
    ]
    rule.version += 1
    session.add(rule)


def _parameters(given: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    return {
        name: new if name in PARAMETERS and value == old else value for name, value in given.items()
    }


def _replaced(node: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    if "field" not in node:
        return {kind: [_replaced(each, old, new) for each in ms] for kind, ms in node.items()}
    value = node.get("value")
    if node["field"] not in FIELDS:
        return dict(node)
    if isinstance(value, list):
        return {**node, "value": list(dict.fromkeys(new if v == old else v for v in value))}
    return {**node, "value": new if value == old else value}


def _forget(session: Session, team: Team, successor: Team | None) -> None:
    to = successor.id if successor else None
    session.execute(
        sa.update(Inbox)
        .where(col(Inbox.team_id) == team.id)
        .values(team_id=to, version=col(Inbox.version) + 1)
    )
    session.execute(sa.delete(TeamMembership).where(col(TeamMembership.team_id) == team.id))
