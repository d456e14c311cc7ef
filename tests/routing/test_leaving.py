"""A team is dissolved, an agent leaves: nothing points to nobody, and the counters stay true."""

from collections import Counter as Tally

import pytest
from sqlmodel import Session, select

from inbox.desk import counters, handing_over
from inbox.errors import Invalid
from inbox.events import SYSTEM, EventKind
from inbox.model import Assignment, Conversation, Counter, Event, Inbox, Status, Team
from inbox.routing import leaving, rules
from inbox.routing.rules import RuleValues
from tests.cast import Cast


@pytest.fixture
def other(session: Session) -> Team:
    team = Team(name="Sales")
    session.add(team)
    session.flush()
    return team


def rule_about(session: Session, team: Team, **changes: object) -> str:
    asked = {"field": "conversation.team", "operator": "any_of", "value": [team.id, "x"]}
    values = {
        "name": "To the team", "event_kind": "message_received", "conditions": {"all": [asked]},
        "actions": [{"action": "assign_team", "parameters": {"team_id": team.id}}], **changes,
    }  # fmt: skip
    made = rules.add(session, RuleValues.model_validate(values), by=SYSTEM)
    session.flush()
    return made.id


def recount_differs(session: Session) -> bool:
    session.flush()
    session.expire_all()
    tally = Tally[str]()
    for conversation in session.exec(select(Conversation)):
        tally.update(counters.keys(conversation))
    return dict(tally) != {r.key: r.value for r in session.exec(select(Counter)) if r.value}


def test_a_successor_takes_conversations_inboxes_and_rules(
    session: Session, cast: Cast, other: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_over, "AT_ONCE", 2)
    mine = cast.agents["Ana"].id
    opened = [cast.conversation(team_id=cast.team.id, assignee_id=mine) for _ in range(3)]
    done = cast.conversation(team_id=cast.team.id, status=Status.RESOLVED)
    rule_id = rule_about(session, cast.team)
    told = leaving.of_team(session, cast.team)
    assert (told.work, told.members, len(told.rules), len(told.inboxes)) == (3, 3, 1, 1)

    team_id = cast.team.id
    leaving.dissolve(session, team_id, other.id, by=SYSTEM)
    session.flush()

    assert session.get(Team, team_id) is None
    assert not recount_differs(session)
    assert {session.get_one(Conversation, c.id).team_id for c in [*opened, done]} == {other.id}
    assert {session.get_one(Conversation, c.id).assignee_id for c in opened} == {mine}
    assert session.get_one(Inbox, cast.inbox.id).team_id == other.id
    mended = rules.get(session, rule_id)
    assert mended.enabled
    assert mended.actions[0]["parameters"] == {"team_id": other.id}
    assert mended.conditions["all"][0]["value"] == [other.id, "x"]
    kept = session.exec(select(Assignment.from_team_id)).all()
    assert kept == [team_id] * 3
    told_of = select(Event).where(Event.kind == EventKind.CONVERSATION_ASSIGNED)
    names = {(e.particulars["from_team"], e.particulars["to_team"]) for e in session.exec(told_of)}
    assert names == {("Support", "Sales")}


def test_without_a_successor_rules_are_switched_off(session: Session, cast: Cast) -> None:
    conversation = cast.conversation(team_id=cast.team.id)
    rule_id = rule_about(session, cast.team)
    about_nothing = rule_about(
        session, cast.team, conditions={}, actions=[{"action": "distribute", "parameters": {}}]
    )

    leaving.dissolve(session, cast.team.id, None, by=SYSTEM)

    assert not recount_differs(session)
    assert session.get_one(Conversation, conversation.id).team_id is None
    assert not rules.get(session, rule_id).enabled
    assert rules.get(session, about_nothing).enabled


def test_a_team_is_no_successor_of_itself(session: Session, cast: Cast) -> None:
    with pytest.raises(Invalid):
        leaving.dissolve(session, cast.team.id, cast.team.id, by=SYSTEM)


@pytest.mark.parametrize("to", ["nobody", "team"])
def test_an_agents_unfinished_work_goes_on_without_them(
    session: Session, cast: Cast, other: Team, to: str
) -> None:
    ana = cast.agents["Ana"]
    opened = cast.conversation(assignee_id=ana.id, team_id=cast.team.id)
    waiting = cast.conversation(assignee_id=ana.id, status=Status.WAITING)
    done = cast.conversation(assignee_id=ana.id, status=Status.RESOLVED)
    team_id = other.id if to == "team" else None
    given = {"action": "assign_agent", "parameters": {"agent_id": ana.id}}
    rule_id = rule_about(session, cast.team, conditions={}, actions=[given])

    moved = leaving.deactivate(session, ana.id, team_id, by=SYSTEM)

    assert moved == leaving.of_agent(session, ana).work + 2 == 2
    assert not recount_differs(session)
    assert {session.get_one(Conversation, c.id).assignee_id for c in (opened, waiting)} == {None}
    assert session.get_one(Conversation, opened.id).team_id == (team_id or cast.team.id)
    assert session.get_one(Conversation, done.id).assignee_id == ana.id
    assert not ana.active
    assert not rules.get(session, rule_id).enabled


def test_an_agent_may_keep_the_work(session: Session, cast: Cast) -> None:
    ana = cast.agents["Ana"]
    conversation = cast.conversation(assignee_id=ana.id)

    leaving.deactivate(session, ana.id, None, keep_work=True, by=SYSTEM)

    assert session.get_one(Conversation, conversation.id).assignee_id == ana.id
