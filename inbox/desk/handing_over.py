"""Many conversations pass on at once: when a team is dissolved, or an agent leaves."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.desk import counters
from inbox.events import Actor, EventKind, record
from inbox.model import Agent, Assignment, Conversation, Status, Team

AT_ONCE = 500
WORK = (Status.OPEN, Status.WAITING, Status.SNOOZED)  # what still asks for somebody


def from_agent(session: Session, agent: Agent, to: Team | None, *, by: Actor, reason: str) -> int:
    """Their unfinished work is nobody's, and a team's if one is given; how many."""
    mine = _work_of(agent)
    moved = 0
    while found := _next(session, mine):
        _change(session, found, {"assignee_id": None, **_team(to)}, by, reason)
        moved += len(found)
    return moved


def from_team(session: Session, team: Team, to: Team | None, *, by: Actor, reason: str) -> int:
    """Unfinished ones with an event each; those that are done only carry the other team's id."""
    its = sa.and_(col(Conversation.team_id) == team.id, col(Conversation.status).in_(WORK))
    moved = 0
    while found := _next(session, its):
        _change(session, found, {"team_id": to.id if to else None}, by, reason)
        moved += len(found)
    _relabel_done(session, team, to)
    return moved


def work_of_agent(session: Session, agent: Agent) -> int:
    return _count(session, _work_of(agent))


def work_of_team(session: Session, team: Team) -> int:
    return _count(
        session, sa.and_(col(Conversation.team_id) == team.id, col(Conversation.status).in_(WORK))
    )


def _work_of(agent: Agent) -> Any:
    return sa.and_(col(Conversation.assignee_id) == agent.id, col(Conversation.status).in_(WORK))


def _team(to: Team | None) -> dict[str, str]:
    return {"team_id": to.id} if to else {}


def _count(session: Session, which: Any) -> int:
    return session.exec(select(sa.func.count()).select_from(Conversation).where(which)).one()


def _next(session: Session, which: Any) -> Sequence[Conversation]:
    """A batch of those that are still there: each batch is changed so that it falls out."""
    return session.exec(
        select(Conversation)
        .where(which)
        .order_by(col(Conversation.id))
        .limit(AT_ONCE)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def _change(
    session: Session,
    found: Sequence[Conversation],
    values: Mapping[str, str | None],
    by: Actor,
    reason: str,
) -> None:
    names = _names(session, found, values)
    with counters.kept(session, *found):
        for conversation in found:
            before = (conversation.assignee_id, conversation.team_id)
            for name, value in values.items():
                setattr(conversation, name, value)
            conversation.version += 1
            _tell(session, conversation, before, names, by, reason)
    session.flush()


def _tell(
    session: Session,
    conversation: Conversation,
    before: tuple[str | None, str | None],
    names: Mapping[str | None, str | None],
    by: Actor,
    reason: str,
) -> None:
    agent_id, team_id = before
    assignment = Assignment(
        conversation_id=conversation.id,
        from_agent_id=agent_id,
        to_agent_id=conversation.assignee_id,
        from_team_id=team_id,
        to_team_id=conversation.team_id,
        by_kind=by.kind,
        by_id=by.id,
        reason=reason,
    )
    session.add(assignment)
    sides = {
        "from_agent": agent_id, "to_agent": conversation.assignee_id,
        "from_team": team_id, "to_team": conversation.team_id,
    }  # fmt: skip
    record(
        session, EventKind.CONVERSATION_ASSIGNED, by=by, conversation=conversation,
        assignment_id=assignment.id, reason=reason,
        **{f"{side}_id": one for side, one in sides.items()},
        **{side: names.get(one) for side, one in sides.items()},
    )  # fmt: skip


def _names(
    session: Session, found: Sequence[Conversation], values: Mapping[str, str | None]
) -> dict[str | None, str | None]:
    wanted = {*values.values(), *(c.assignee_id for c in found), *(c.team_id for c in found)}
    known: dict[str | None, str | None] = {}
    for table in (Agent, Team):
        rows = session.exec(select(table.id, table.name).where(col(table.id).in_(wanted - {None})))
        known.update(iter(rows))
    return known


def _relabel_done(session: Session, team: Team, to: Team | None) -> None:
    """Any number of them, so by two statements."""
    counted = session.execute(
        sa.select(col(Conversation.status), sa.func.count())
        .where(col(Conversation.team_id) == team.id)
        .group_by(col(Conversation.status))
    ).all()
    session.execute(
        sa.update(Conversation)
        .where(col(Conversation.team_id) == team.id)
        .values(team_id=to.id if to else None)
        .execution_options(synchronize_session=False)
    )
    moves = {f"team:{team.id}:{status}": -number for status, number in counted}
    if to:
        moves |= {f"team:{to.id}:{status}": number for status, number in counted}
    counters.move(session, moves)
