"""Handing conversations out, on real rows."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import event as sqlalchemy_event
from sqlmodel import Session, select

from inbox.db import Database
from inbox.events import SYSTEM, EventKind, record
from inbox.model import Assignment, Conversation, InboxMembership, Status, Strategy, Team
from inbox.routing.distributing import distribute, distribute_new, distribute_waiting
from tests.cast import Cast


def test_a_conversation_goes_to_who_is_free_with_its_reason(session: Session, cast: Cast) -> None:
    cast.goes_home("Ana")
    conversation = cast.conversation()

    choice = distribute(session, conversation, by=SYSTEM)

    trail = session.exec(select(Assignment)).one()
    assert conversation.assignee_id in (cast.agents["Boris"].id, cast.agents["Vera"].id)
    assert trail.reason == choice.reason
    assert {part["name"]: part["obstacle"] for part in trail.parts}["Ana"] == "is offline"


def test_turns_go_round_over_conversations(session: Session, cast: Cast) -> None:
    given = []
    for _ in range(6):
        conversation = cast.conversation()
        distribute(session, conversation, by=SYSTEM)
        given.append(conversation.assignee_id)

    assert given[:3] == given[3:]
    assert set(given) == {agent.id for agent in cast.agents.values()}


def test_load_is_what_is_open_and_not_what_waits(session: Session, cast: Cast) -> None:
    cast.team.strategy = Strategy.LEAST_BUSY
    ana, boris, vera = cast.agents.values()
    for agent, status in ((ana, Status.WAITING), (boris, Status.OPEN), (vera, Status.OPEN)):
        cast.conversation(assignee_id=agent.id, status=status)
    conversation = cast.conversation()

    distribute(session, conversation, by=SYSTEM)

    assert conversation.assignee_id == ana.id


def test_only_members_are_given_what_comes_to_a_restricted_inbox(
    session: Session, cast: Cast
) -> None:
    cast.inbox.restricted = True
    session.add(InboxMembership(inbox_id=cast.inbox.id, agent_id=cast.agents["Vera"].id))
    session.flush()

    choice = distribute(session, cast.conversation(), by=SYSTEM)

    assert choice.agent_id == cast.agents["Vera"].id
    assert len(choice.parts) == 1


def test_who_may_not_answer_is_given_nothing(session: Session, cast: Cast) -> None:
    cast.role.permissions = []
    session.add(cast.role)

    choice = distribute(session, cast.conversation(), by=SYSTEM)

    assert choice.agent_id is None
    assert session.exec(select(Assignment)).first() is None


def test_without_a_team_all_who_see_the_inbox_take_turns(session: Session, cast: Cast) -> None:
    cast.inbox.team_id = None
    conversation = cast.conversation()

    distribute(session, conversation, by=SYSTEM)

    assert conversation.assignee_id is not None


def test_a_new_conversation_is_handed_out_if_its_team_does_so(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    event = record(session, EventKind.CONVERSATION_CREATED, by=SYSTEM, conversation=conversation)
    session.flush()
    cast.team.strategy = Strategy.MANUAL

    assert distribute_new(session, event) is None

    cast.team.strategy = Strategy.ROUND_ROBIN
    choice = distribute_new(session, event)
    assert choice
    assert choice.agent_id == conversation.assignee_id is not None
    assert distribute_new(session, event) is None


def test_those_waiting_are_given_oldest_first_until_all_are_full(
    session: Session, cast: Cast
) -> None:
    for agent in cast.agents.values():
        agent.capacity = 2
    waiting = [cast.conversation() for _ in range(8)]
    cast.conversation(status=Status.RESOLVED)

    choices = distribute_waiting(session, cast.team, by=SYSTEM)

    assert [bool(conversation.assignee_id) for conversation in waiting] == [True] * 6 + [False] * 2
    assert len(choices) == 8
    assert "Nobody is free" in choices[-1].reason


def test_a_team_that_hands_out_by_hand_leaves_them_waiting(session: Session, cast: Cast) -> None:
    cast.team.strategy = Strategy.MANUAL
    cast.conversation()

    assert distribute_waiting(session, cast.team, by=SYSTEM) == []


def test_more_agents_need_no_more_queries(session: Session, cast: Cast) -> None:
    few = _queries(session, lambda: distribute(session, cast.conversation(), by=SYSTEM))
    for number in range(20):
        cast.agent(f"Agent{number}")

    many = _queries(session, lambda: distribute(session, cast.conversation(), by=SYSTEM))

    assert many <= few


def test_two_at_once_never_give_an_agent_more_than_fits(database: Database) -> None:
    def prepare(session: Session) -> tuple[str, list[str]]:
        cast = Cast(session)
        for agent in cast.agents.values():
            agent.capacity = 3
        return cast.team.id, [cast.conversation().id for _ in range(20)]

    def give(conversation_id: str) -> None:
        def work(session: Session) -> None:
            distribute(session, session.get_one(Conversation, conversation_id), by=SYSTEM)

        database.run(work)

    team_id, conversation_ids = database.run(prepare)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(give, conversation_ids))

    def tally(session: Session) -> list[int]:
        assert session.get(Team, team_id)
        found = session.exec(select(Conversation.assignee_id)).all()
        return sorted(found.count(agent_id) for agent_id in set(found) - {None})

    assert database.look(tally) == [3, 3, 3]


def _queries(session: Session, act: object) -> int:
    session.flush()
    connection = session.connection()
    statements: list[str] = []

    def count(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    sqlalchemy_event.listen(connection, "before_cursor_execute", count)
    act()  # type: ignore[operator]
    session.flush()
    sqlalchemy_event.remove(connection, "before_cursor_execute", count)
    return len(statements)
