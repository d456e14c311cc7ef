"""Teams: who belongs to them and how new conversations find their agent."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.errors import Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.i18n import N_
from inbox.model import Agent, BusinessHours, Strategy, Team, TeamMembership


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamForm:
    """All of a team; saving it twice changes nothing."""

    name: str
    strategy: Strategy = Strategy.ROUND_ROBIN
    business_hours_id: str | None = None
    agent_ids: Collection[str] = ()


def create(session: Session, form: TeamForm, *, by: Actor) -> Team:
    return _save(session, Team(name=form.name.strip()), form, by)


def update(session: Session, team_id: str, form: TeamForm, *, by: Actor) -> Team:
    return _save(session, get(session, team_id), form, by)


def get(session: Session, team_id: str) -> Team:
    team = session.get(Team, team_id)
    if team is None:
        raise NotFound("There is no such team.")
    return team


def every(session: Session) -> list[Team]:
    return list(session.exec(select(Team).order_by(col(Team.name))))


def members(session: Session, team_id: str) -> list[str]:
    return list(
        session.exec(select(TeamMembership.agent_id).where(TeamMembership.team_id == team_id))
    )


def members_of(session: Session, team_ids: Collection[str]) -> dict[str, list[str]]:
    """The agents of each team, in one query."""
    rows = session.exec(select(TeamMembership).where(col(TeamMembership.team_id).in_(team_ids)))
    found: dict[str, list[str]] = {team_id: [] for team_id in team_ids}
    for membership in rows:
        found[membership.team_id].append(membership.agent_id)
    return found


def sizes(session: Session) -> dict[str, int]:
    """How many agents each team has."""
    column = col(TeamMembership.team_id)
    rows = session.execute(sa.select(column, sa.func.count()).group_by(column))
    return dict(iter(rows))


def _save(session: Session, team: Team, form: TeamForm, by: Actor) -> Team:
    _check(session, team, form)
    team.name = form.name.strip()
    team.strategy = form.strategy
    team.business_hours_id = form.business_hours_id
    session.add(team)
    session.flush()
    _set_members(session, team, set(form.agent_ids))
    record(session, EventKind.SETTING_CHANGED, by=by, setting="team", id=team.id, name=team.name)
    return team


def _check(session: Session, team: Team, form: TeamForm) -> None:
    wrong: dict[str, str] = {}
    name = form.name.strip()
    if not 0 < len(name) <= 120:
        wrong["name"] = N_("Give a name of up to 120 characters.")
    if session.exec(select(Team.id).where(Team.name == name, Team.id != team.id)).first():
        wrong["name"] = N_("Another team has this name.")
    if form.business_hours_id and session.get(BusinessHours, form.business_hours_id) is None:
        wrong["business_hours_id"] = N_("Choose business hours from the list.")
    known = session.exec(select(Agent.id).where(col(Agent.id).in_(list(form.agent_ids)))).all()
    if len(known) != len(set(form.agent_ids)):
        wrong["agent_ids"] = N_("Choose agents from the list.")
    if wrong:
        raise Invalid(fields=wrong)


def _set_members(session: Session, team: Team, wanted: set[str]) -> None:
    present = set(members(session, team.id))
    session.execute(
        sa.delete(TeamMembership).where(
            col(TeamMembership.team_id) == team.id,
            col(TeamMembership.agent_id).in_(present - wanted),
        )
    )
    session.add_all(TeamMembership(team_id=team.id, agent_id=a) for a in wanted - present)
