"""Hands conversations out: gathers what the choice needs in a few queries, and acts on it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock
from inbox.desk import access, assignment, conversations, counters
from inbox.events import SYSTEM, Actor
from inbox.model import (
    Agent,
    Conversation,
    Event,
    Inbox,
    InboxMembership,
    Permission,
    Role,
    Status,
    Strategy,
    Team,
    TeamMembership,
)  # fmt: skip
from inbox.routing import bundle as bundles
from inbox.routing.distribution import AgentFacts, Choice, ConversationFacts, choose

WAITING_AT_ONCE = 100


def distribute(session: Session, conversation: Conversation, *, by: Actor) -> Choice:
    """Among the conversation's team, else its inbox's, else all who see the inbox, by turns."""
    counters.hold(session, conversation)
    team = _team_of(session, conversation)
    agents = _agents_now(session, team, conversation.inbox_id)
    strategy = team.strategy if team else Strategy.ROUND_ROBIN
    moment = clock.now()
    choice = choose(_facts(conversation), agents, strategy, moment)
    _give(session, conversation, choice, by=by)
    bundle = bundles.of(session)
    if bundle and choice.agent_id:
        bundle.gave(choice.agent_id, moment)
    return choice


def distribute_new(session: Session, event: Event) -> Choice | None:
    """What follows a conversation that is new or came to a team, if the team does it by itself."""
    conversation = conversations.find(session, event.conversation_id or "")
    if conversation is None or conversation.assignee_id is not None:
        return None
    team = _team_of(session, conversation)
    if team is None or team.strategy is Strategy.MANUAL:
        return None
    return distribute(session, conversation, by=SYSTEM.because(event))


def distribute_waiting(
    session: Session, team: Team, *, by: Actor, limit: int = WAITING_AT_ONCE
) -> list[Choice]:
    """The team's oldest that nobody has, for when an agent comes online or capacity frees."""
    if team.strategy is Strategy.MANUAL:
        return []
    waiting = _waiting(session, team, limit)
    inboxes = {conversation.inbox_id for conversation in waiting}
    agents = {inbox_id: agents_for(session, team, inbox_id) for inbox_id in sorted(inboxes)}
    given: dict[str, list[datetime]] = defaultdict(list)
    choices = []
    for conversation in waiting:
        moment = clock.now()
        known = [
            agent.given(len(given[agent.id]), given[agent.id][-1]) if given[agent.id] else agent
            for agent in agents[conversation.inbox_id]
        ]
        choice = choose(_facts(conversation), known, team.strategy, moment)
        if choice.agent_id is not None:
            given[choice.agent_id].append(moment)
        _give(session, conversation, choice, by=by)
        choices.append(choice)
    return choices


def agents_for(session: Session, team: Team | None, inbox_id: str) -> list[AgentFacts]:
    """Who of the team, or of all, answers in the inbox, and how much each has open.

    The agents' rows are held until the commit, so that two distributions at once can't both give
    the last free place; the load is read once they are.
    """
    agents = _candidates(session, team, inbox_id)
    load = counters.read(session, [_load_key(agent) for agent in agents])
    return [
        AgentFacts(
            id=agent.id,
            name=agent.name,
            active=agent.active,
            availability=agent.availability,
            last_seen_at=agent.last_seen_at,
            last_assigned_at=agent.last_assigned_at,
            open=load[_load_key(agent)],
            capacity=agent.capacity,
        )
        for agent in agents
    ]


def _agents_now(session: Session, team: Team | None, inbox_id: str) -> Collection[AgentFacts]:
    """Read once for all events of a bundle: their rows are held, and what it gives is counted."""
    bundle = bundles.of(session)
    if bundle is None:
        return agents_for(session, team, inbox_id)
    place = (team.id if team else None, inbox_id)
    if place not in bundle.agents:
        found = agents_for(session, team, inbox_id)
        bundle.agents[place] = {agent.id: agent for agent in found}
    return bundle.agents[place].values()


def _candidates(session: Session, team: Team | None, inbox_id: str) -> list[Agent]:
    wanted = select(Agent, Role).join(Role).where(col(Agent.active)).order_by(col(Agent.id))
    if team is not None:
        members = select(TeamMembership.agent_id).where(TeamMembership.team_id == team.id)
        wanted = wanted.where(col(Agent.id).in_(members))
    held = wanted.with_for_update(key_share=True, of=Agent)
    rows = session.exec(held.execution_options(populate_existing=True)).all()
    admitted = _admitted(session, inbox_id)
    return [
        agent
        for agent, role in rows
        if Permission.ANSWER in role.permissions
        and (admitted is None or agent.id in admitted or access.sees_all(role))
    ]


def _admitted(session: Session, inbox_id: str) -> set[str] | None:
    """The members of a restricted inbox; None if it is open to all."""
    inbox = session.get(Inbox, inbox_id)
    if inbox is None or not inbox.restricted:
        return None
    members = select(InboxMembership.agent_id).where(InboxMembership.inbox_id == inbox_id)
    return set(session.exec(members))


def _waiting(session: Session, team: Team, limit: int) -> Sequence[Conversation]:
    """Oldest first; what another process hands out just now is left to it."""
    of_team = sa.or_(
        col(Conversation.team_id) == team.id,
        sa.and_(
            col(Conversation.team_id).is_(None),
            col(Conversation.inbox_id).in_(select(Inbox.id).where(Inbox.team_id == team.id)),
        ),
    )
    return session.exec(
        select(Conversation)
        .where(of_team, Conversation.status == Status.OPEN, col(Conversation.assignee_id).is_(None))
        .order_by(col(Conversation.last_at), col(Conversation.id))
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def _team_of(session: Session, conversation: Conversation) -> Team | None:
    if conversation.team_id is not None:
        return session.get(Team, conversation.team_id)
    inbox = session.get(Inbox, conversation.inbox_id)
    return session.get(Team, inbox.team_id) if inbox and inbox.team_id else None


def _facts(conversation: Conversation) -> ConversationFacts:
    return ConversationFacts(
        id=conversation.id, status=conversation.status, assignee_id=conversation.assignee_id
    )


def _give(session: Session, conversation: Conversation, choice: Choice, *, by: Actor) -> None:
    if choice.agent_id is None:
        return
    assignment.assign(
        session,
        conversation,
        choice.agent_id,
        by=by,
        reason=choice.reason,
        parts=choice.as_rows(),
    )


def _load_key(agent: Agent) -> str:
    return f"assignee:{agent.id}:{Status.OPEN}"
