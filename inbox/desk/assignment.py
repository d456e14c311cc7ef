"""Who has a conversation: give it, take it, put it back, pass it on to a team, claim it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock
from inbox.desk import access, counters
from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.i18n import N_, Phrase
from inbox.model import (
    Agent,
    Assignment,
    Conversation,
    Role,
    Team,
    TeamMembership,
)  # fmt: skip

LEFT = N_("The agent left.")

Parts = Sequence[dict[str, Any]]


def assign(
    session: Session,
    conversation: Conversation,
    agent_id: str,
    *,
    by: Actor,
    reason: str = "",
    parts: Parts = (),
) -> Conversation:
    """Give it to an agent, whoever had it before; their capacity is not asked."""
    agent = _known_agent(session, agent_id)
    counters.hold(session, conversation)
    if conversation.assignee_id == agent_id:
        return conversation
    role = session.get_one(Role, agent.role_id)
    if not access.may_see(session, agent, role, conversation.inbox_id):
        raise Invalid(
            fields={"agent_id": Phrase("%(agent)s can't see this inbox.", agent=agent.name)}
        )
    agent.last_assigned_at = clock.now()
    session.add(agent)
    to = (agent_id, conversation.team_id)
    return _change(session, conversation, to, by=by, reason=reason, parts=parts)


def take(session: Session, conversation: Conversation, *, by: Actor) -> Conversation:
    """The agent who asks gets it; if it was free, then only who asks first."""
    assert by.id is not None
    if conversation.assignee_id is None:
        return claim(session, conversation.id, by.id, by=by)
    return assign(session, conversation, by.id, by=by)


def unassign(
    session: Session, conversation: Conversation, *, by: Actor, reason: str = ""
) -> Conversation:
    """Back among those that nobody has."""
    counters.hold(session, conversation)
    if conversation.assignee_id is None:
        return conversation
    return _change(session, conversation, (None, conversation.team_id), by=by, reason=reason)


def free_of_who_left(session: Session, conversations: Sequence[Conversation], *, by: Actor) -> None:
    """What is open again and was a deactivated agent's is nobody's, so it is handed out anew."""
    owners = {one.assignee_id for one in conversations if one.assignee_id}
    if not owners:
        return
    left = session.exec(
        select(Agent.id).where(col(Agent.id).in_(owners), col(Agent.active).is_(False))
    )
    gone = set(left)
    for conversation in conversations:
        if conversation.assignee_id in gone:
            unassign(session, conversation, by=by, reason=LEFT)


def transfer(
    session: Session, conversation: Conversation, team_id: str, *, by: Actor, reason: str = ""
) -> Conversation:
    """To a team; an agent who is not of that team has it no longer."""
    if session.get(Team, team_id) is None:
        raise NotFound("There is no such team.")
    counters.hold(session, conversation)
    keeps = (
        conversation.assignee_id
        and session.exec(
            select(TeamMembership.id).where(
                TeamMembership.team_id == team_id,
                TeamMembership.agent_id == conversation.assignee_id,
            )
        ).first()
    )
    agent_id = conversation.assignee_id if keeps else None
    if (conversation.team_id, conversation.assignee_id) == (team_id, agent_id):
        return conversation
    return _change(session, conversation, (agent_id, team_id), by=by, reason=reason)


def claim(session: Session, conversation_id: str, agent_id: str, *, by: Actor) -> Conversation:
    """Only one can win: whoever comes later gets Conflict with the winner's name."""
    free = sa.update(Conversation).where(
        col(Conversation.id) == conversation_id, col(Conversation.assignee_id).is_(None)
    )
    # changes nothing yet: what counts is that the row is free, and from here on ours
    won = session.execute(
        free.values(updated_at=clock.now()).execution_options(synchronize_session=False)
    )
    conversation = session.get(Conversation, conversation_id, populate_existing=True)
    if conversation is None:
        raise NotFound("There is no such conversation.")
    if won.rowcount == 0 and conversation.assignee_id != agent_id:  # type: ignore[attr-defined]
        winner = session.get(Agent, conversation.assignee_id)
        raise Conflict(
            Phrase(
                "%(agent)s has this conversation.",
                agent=winner.name if winner else Phrase("Somebody else"),
            )
        )
    return assign(session, conversation, agent_id, by=by)


def _known_agent(session: Session, agent_id: str) -> Agent:
    agent = session.get(Agent, agent_id)
    if agent is None:
        raise NotFound("There is no such agent.")
    if not agent.active:
        raise Invalid(
            fields={"agent_id": Phrase("%(agent)s no longer works here.", agent=agent.name)}
        )
    return agent


def _change(
    session: Session,
    conversation: Conversation,
    to: tuple[str | None, str | None],
    *,
    by: Actor,
    reason: str,
    parts: Parts = (),
) -> Conversation:
    agent_id, team_id = to
    assignment = Assignment(
        conversation_id=conversation.id,
        from_agent_id=conversation.assignee_id,
        to_agent_id=agent_id,
        from_team_id=conversation.team_id,
        to_team_id=team_id,
        by_kind=by.kind,
        by_id=by.id,
        reason=reason,
        parts=list(parts),
    )
    with counters.kept(session, conversation):
        conversation.assignee_id = agent_id
        conversation.team_id = team_id
        conversation.version += 1
    session.add(assignment)
    record(
        session,
        EventKind.CONVERSATION_ASSIGNED,
        by=by,
        conversation=conversation,
        assignment_id=assignment.id,
        reason=reason,
        **said_with(reason),
        **_names(session, assignment),
    )
    return conversation


def said_with(reason: str) -> dict[str, Any]:
    """For the event: the parts of a reason that can be said in another language."""
    return {"reason_parts": reason.stored()} if isinstance(reason, Phrase) else {}


def _names(session: Session, assignment: Assignment) -> dict[str, str | None]:
    """Ids and names of both sides, so that the timeline needs no look-ups."""
    found: dict[str, str | None] = {}
    for side, agent_id, team_id in (
        ("from", assignment.from_agent_id, assignment.from_team_id),
        ("to", assignment.to_agent_id, assignment.to_team_id),
    ):
        agent = session.get(Agent, agent_id) if agent_id else None
        team = session.get(Team, team_id) if team_id else None
        found[f"{side}_agent_id"], found[f"{side}_agent"] = agent_id, agent.name if agent else None
        found[f"{side}_team_id"], found[f"{side}_team"] = team_id, team.name if team else None
    return found
