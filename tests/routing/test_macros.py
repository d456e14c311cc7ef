"""Macros do by hand what rules do by themselves, in the name of who runs them."""

import pytest
from sqlmodel import Session, select

from inbox.desk import tags
from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import Actor
from inbox.model import Author, Event, Macro, Message, Priority, Status
from inbox.routing import macros
from inbox.routing.macros import MacroValues
from tests.cast import Cast

STEPS = [
    {"action": "send_reply", "parameters": {"text": "Hello {{contact.first_name}}, we look."}},
    {"action": "add_tags", "parameters": {"tags": ["boiler"]}},
    {"action": "set_priority", "parameters": {"priority": 3}},
    {"action": "set_status", "parameters": {"status": "resolved"}},
]


@pytest.fixture
def ana(cast: Cast) -> Actor:
    return Actor.agent(cast.agents["Ana"])


@pytest.fixture
def macro(session: Session, ana: Actor) -> Macro:
    made = macros.add(session, MacroValues(name="We look", actions=STEPS), by=ana)
    session.flush()
    return made


def test_it_does_all_of_it_in_order(session: Session, cast: Cast, ana: Actor, macro) -> None:
    conversation = cast.conversation()
    cast.incoming(conversation)

    run = macros.run(session, conversation, macro, by=ana)

    assert [one["failed"] for one in run.results] == [False] * 4
    assert (conversation.status, conversation.priority) == (Status.RESOLVED, Priority.HIGH)
    assert [t.name for t in tags.of(session, [conversation.id])[conversation.id]] == ["boiler"]
    reply = session.exec(select(Message).where(Message.direction == "outgoing")).one()
    assert reply.text == "Hello Marko, we look."
    assert (reply.author_kind, reply.author_name) == (Author.AGENT, "Ana")
    assert not reply.automatic


def test_what_it_did_names_it_as_the_cause(session: Session, cast: Cast, ana: Actor, macro) -> None:
    run = macros.run(session, cast.conversation(), macro, by=ana)
    session.flush()

    caused = session.exec(select(Event).where(Event.cause_id == run.event.id)).all()
    assert {"tag_added", "priority_changed", "status_changed"} <= {e.kind for e in caused}
    assert {e.actor_name for e in caused} == {"Ana"}


def test_how_often_it_was_run_is_counted(session: Session, cast: Cast, ana: Actor, macro) -> None:
    for _ in range(3):
        macros.run(session, cast.conversation(), macro, by=ana)

    assert macro.used == 3
    assert macro.last_used_at is not None


def test_a_step_that_fails_is_named_and_the_others_go_on(
    session: Session, cast: Cast, ana: Actor
) -> None:
    wanted = [{"action": "assign_agent", "parameters": {"agent_id": "nobody"}}, STEPS[1]]
    macro = macros.add(session, MacroValues(name="Broken", actions=wanted), by=ana)
    session.flush()

    run = macros.run(session, cast.conversation(), macro, by=ana)

    assert [(one["label"], one["failed"]) for one in run.results] == [
        ("Assign to an agent", True),
        ("Add tags", False),
    ]
    assert run.event.particulars["results"] == run.results


def test_a_macro_is_changed_by_one_at_a_time_and_removed(session: Session, ana: Actor, macro):
    values = MacroValues(name="We looked", actions=STEPS[:1])
    macros.change(session, macro.id, values, by=ana, version=1)

    with pytest.raises(Conflict):
        macros.change(session, macro.id, values, by=ana, version=1)
    macros.remove(session, macro.id, by=ana)
    session.flush()
    with pytest.raises(NotFound):
        macros.get(session, macro.id)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "We look", "actions": STEPS}, "name"),
        ({"name": "x", "actions": []}, "actions"),
        ({"name": "x", "actions": [{"action": "sing"}]}, "actions.0.action"),
    ],
)
def test_what_makes_no_macro_is_refused(session: Session, ana: Actor, macro, values, field) -> None:
    with pytest.raises(Invalid) as refused:
        macros.add(session, MacroValues(**values), by=ana)
    assert field in refused.value.fields
