"""Who has a conversation."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, select

from inbox.db import Database
from inbox.desk import assignment, counters
from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import SYSTEM, Actor, EventKind
from inbox.model import (
    Assignment,
    Conversation,
    Event,
    InboxMembership,
    Permission,
    Role,
    Team,
    TeamMembership,
)
from tests.cast import Cast

CLAIMS = 50


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)


def test_assigning_leaves_a_trail_an_event_and_true_counters(session: Session, cast: Cast) -> None:
    conversation, ana = cast.conversation(), cast.agents["Ana"]

    assignment.assign(session, conversation, ana.id, by=SYSTEM, reason="because", parts=[{"a": 1}])

    trail = session.exec(select(Assignment)).one()
    event = session.exec(select(Event)).one()
    assert (trail.from_agent_id, trail.to_agent_id, trail.reason) == (None, ana.id, "because")
    assert trail.parts == [{"a": 1}]
    assert event.kind == EventKind.CONVERSATION_ASSIGNED
    assert event.particulars["to_agent"] == "Ana"
    assert conversation.version == 2
    assert ana.last_assigned_at is not None
    assert counters.read(
        session,
        [f"assignee:{ana.id}:open", f"inbox:{cast.inbox.id}:unassigned:open"],
    ) == {f"assignee:{ana.id}:open": 1, f"inbox:{cast.inbox.id}:unassigned:open": 0}


def test_assigning_to_who_has_it_changes_nothing(session: Session, cast: Cast) -> None:
    conversation, ana = cast.conversation(), cast.agents["Ana"]
    assignment.assign(session, conversation, ana.id, by=SYSTEM)

    assignment.assign(session, conversation, ana.id, by=SYSTEM)

    assert len(session.exec(select(Assignment)).all()) == 1


def test_unassigning_puts_it_back_among_those_nobody_has(session: Session, cast: Cast) -> None:
    conversation, ana = cast.conversation(), cast.agents["Ana"]
    assignment.assign(session, conversation, ana.id, by=SYSTEM)

    assignment.unassign(session, conversation, by=SYSTEM)

    key = f"inbox:{cast.inbox.id}:unassigned:open"
    assert conversation.assignee_id is None
    assert counters.read(session, [key]) == {key: 1}


def test_a_stranger_to_the_new_team_loses_the_conversation(session: Session, cast: Cast) -> None:
    conversation, ana = cast.conversation(), cast.agents["Ana"]
    sales = Team(name="Sales")
    session.add(sales)
    session.flush()
    assignment.assign(session, conversation, ana.id, by=SYSTEM)

    assignment.transfer(session, conversation, sales.id, by=SYSTEM)

    assert (conversation.team_id, conversation.assignee_id) == (sales.id, None)


def test_a_member_of_the_new_team_keeps_the_conversation(session: Session, cast: Cast) -> None:
    conversation, ana = cast.conversation(), cast.agents["Ana"]
    sales = Team(name="Sales")
    session.add(sales)
    session.flush()
    session.add(TeamMembership(team_id=sales.id, agent_id=ana.id))
    assignment.assign(session, conversation, ana.id, by=SYSTEM)

    assignment.transfer(session, conversation, sales.id, by=SYSTEM)

    assert (conversation.team_id, conversation.assignee_id) == (sales.id, ana.id)


def test_who_takes_a_free_conversation_second_hears_who_was_first(
    session: Session, cast: Cast
) -> None:
    conversation, ana, boris = cast.conversation(), cast.agents["Ana"], cast.agents["Boris"]
    assignment.take(session, conversation, by=Actor.agent(ana))

    with pytest.raises(Conflict, match="Ana has this"):
        assignment.claim(session, conversation.id, boris.id, by=Actor.agent(boris))


def test_claiming_what_one_has_already_is_no_conflict(session: Session, cast: Cast) -> None:
    conversation, ana = cast.conversation(), cast.agents["Ana"]

    for _ in range(2):
        assignment.claim(session, conversation.id, ana.id, by=Actor.agent(ana))

    assert len(session.exec(select(Assignment)).all()) == 1


def test_taking_over_from_a_colleague_is_allowed(session: Session, cast: Cast) -> None:
    conversation, ana, boris = cast.conversation(), cast.agents["Ana"], cast.agents["Boris"]
    assignment.take(session, conversation, by=Actor.agent(ana))

    assignment.take(session, conversation, by=Actor.agent(boris))

    assert conversation.assignee_id == boris.id


def test_nobody_is_given_what_they_can_not_see(session: Session, cast: Cast) -> None:
    conversation, ana, boris = cast.conversation(), cast.agents["Ana"], cast.agents["Boris"]
    cast.inbox.restricted = True
    session.add(InboxMembership(inbox_id=cast.inbox.id, agent_id=boris.id))
    session.flush()

    with pytest.raises(Invalid, match="Ana can't see"):
        assignment.assign(session, conversation, ana.id, by=SYSTEM)

    assert assignment.assign(session, conversation, boris.id, by=SYSTEM).assignee_id == boris.id


def test_who_sees_all_may_be_given_what_is_restricted(session: Session, cast: Cast) -> None:
    conversation, ana = cast.conversation(), cast.agents["Ana"]
    role = Role(name="Lead", permissions=[Permission.ANSWER, Permission.SEE_ALL])
    session.add(role)
    session.flush()
    cast.inbox.restricted, ana.role_id = True, role.id

    assert assignment.assign(session, conversation, ana.id, by=SYSTEM).assignee_id == ana.id


def test_who_left_or_never_was_is_given_nothing(session: Session, cast: Cast) -> None:
    conversation, ana = cast.conversation(), cast.agents["Ana"]
    ana.active = False

    with pytest.raises(Invalid, match="no longer works here"):
        assignment.assign(session, conversation, ana.id, by=SYSTEM)
    with pytest.raises(NotFound):
        assignment.assign(session, conversation, "nobody", by=SYSTEM)
    with pytest.raises(NotFound):
        assignment.transfer(session, conversation, "nowhere", by=SYSTEM)
    with pytest.raises(NotFound):
        assignment.claim(session, "nothing", ana.id, by=SYSTEM)


def test_of_fifty_claims_at_once_one_wins(database: Database) -> None:
    conversation_id, agent_ids = database.run(_fifty_agents)

    def claim(agent_id: str) -> str:
        by = Actor("agent", agent_id)
        try:
            database.run(lambda s: assignment.claim(s, conversation_id, agent_id, by=by))
        except Conflict as conflict:
            return conflict.message
        return "won"

    with ThreadPoolExecutor(CLAIMS) as threads:
        answers = list(threads.map(claim, agent_ids))

    winner_id = agent_ids[answers.index("won")]
    lost = f"Agent{agent_ids.index(winner_id)} has this conversation."
    assert sorted(answers) == sorted(["won", *[lost] * (CLAIMS - 1)])
    database.run(lambda session: _check_history(session, conversation_id, winner_id))


def test_claims_releases_and_transfers_at_once_keep_trail_and_counters_true(
    database: Database,
) -> None:
    conversation_id, agent_ids = database.run(_fifty_agents)

    def act(position: int) -> None:
        def work(session: Session) -> None:
            conversation = session.get_one(Conversation, conversation_id)
            if position % 3 == 0:
                assignment.unassign(session, conversation, by=SYSTEM)
            else:
                assignment.assign(session, conversation, agent_ids[position], by=SYSTEM)

        database.run(work)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(act, range(CLAIMS)))

    last = database.look(lambda session: session.get_one(Conversation, conversation_id))
    database.run(lambda session: _check_history(session, conversation_id, last.assignee_id))


def _fifty_agents(session: Session) -> tuple[str, list[str]]:
    cast = Cast(session)
    agents = [cast.agent(f"Agent{number}") for number in range(CLAIMS)]
    return cast.conversation().id, [agent.id for agent in agents]


def _check_history(session: Session, conversation_id: str, assignee_id: str | None) -> None:
    """Each assignment begins where the one before ended, and the counters agree with the end."""
    trail = session.exec(select(Assignment).order_by(Assignment.id)).all()
    links = [(step.from_agent_id, step.to_agent_id) for step in trail]
    conversation = session.get_one(Conversation, conversation_id)
    keys = [f"assignee:{agent_id}:open" for pair in links for agent_id in pair if agent_id]
    counted = {key: value for key, value in counters.read(session, keys).items() if value}
    assert [origin for origin, _ in links] == [None, *(goal for _, goal in links[:-1])]
    assert conversation.assignee_id == links[-1][1] == assignee_id
    assert conversation.version == 1 + len(trail)
    assert counted == ({f"assignee:{assignee_id}:open": 1} if assignee_id else {})
    assert len(session.exec(select(Event)).all()) == len(trail)
