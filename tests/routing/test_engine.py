"""Which rules fire for an event, what they do, and why."""

from typing import Any

import pytest
from sqlmodel import Session, select

from inbox.desk import merging, tags
from inbox.events import SYSTEM, Actor, EventKind, record
from inbox.model import (
    AutomationRule,
    Conversation,
    Delivery,
    Event,
    Message,
    Priority,
    RuleRun,
    Status,
    Tag,
)
from inbox.routing import actions
from inbox.routing.actions.base import Action
from inbox.routing.engine import MAX_CHAIN, run_rules
from tests.cast import Cast

BOILER = {"all": [{"field": "message.text", "operator": "contains", "value": "leaks"}]}


def action(name: str, **parameters: Any) -> dict[str, Any]:
    return {"action": name, "parameters": parameters}


def rule(session: Session, *wanted: dict[str, Any], **values: Any) -> AutomationRule:
    made = AutomationRule(
        **{
            "name": "Leaks",
            "event_kind": EventKind.MESSAGE_RECEIVED,
            "conditions": BOILER,
            "actions": list(wanted),
            **values,
        }
    )
    session.add(made)
    session.flush()
    return made


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    return cast.conversation()


@pytest.fixture
def event(cast: Cast, conversation: Conversation) -> Event:
    return cast.received(cast.incoming(conversation))


def names(session: Session, conversation: Conversation) -> list[str]:
    return [tag.name for tag in tags.of(session, [conversation.id])[conversation.id]]


def test_a_rule_that_matches_does_its_actions_and_says_why(
    session: Session, conversation: Conversation, event: Event
) -> None:
    rule(session, action("add_tags", tags=["leak"]), action("set_priority", priority=4))

    [run] = run_rules(session, event)

    assert run.fired
    assert names(session, conversation) == ["leak"]
    assert conversation.priority == Priority.URGENT
    assert run.reasons == [
        {
            "field": "message.text",
            "operator": "contains",
            "value": "leaks",
            "found": "It leaks",
            "held": True,
        },
        {
            "action": "add_tags", "label": "Add tags", "failed": False,
            "result": "tagged leak",
            "result_parts": {"template": "tagged %(tags)s", "values": {"tags": ["leak"]}},
        },
        {
            "action": "set_priority", "label": "Set the priority", "failed": False,
            "result": "priority: Urgent",
            "result_parts": {
                "template": "priority: %(value)s",
                "values": {"value": {"template": "Urgent", "values": {}}},
            },
        },
    ]  # fmt: skip


def test_a_rule_that_does_not_match_says_why_not(
    session: Session, cast: Cast, conversation: Conversation
) -> None:
    rule(session, action("add_tags", tags=["leak"]))

    [run] = run_rules(session, cast.received(cast.incoming(conversation, "All is well")))

    assert not run.fired
    assert [reason["found"] for reason in run.reasons] == ["All is well"]
    assert names(session, conversation) == []


def test_what_a_rule_does_names_the_rule_and_the_cause(session: Session, event: Event) -> None:
    made = rule(session, action("add_tags", tags=["leak"]))

    run_rules(session, event)
    session.flush()

    tagged = session.exec(select(Event).where(Event.kind == EventKind.TAG_ADDED)).one()
    assert (tagged.actor_kind, tagged.actor_id, tagged.actor_name) == ("rule", made.id, "Leaks")
    assert (tagged.cause_id, tagged.depth) == (event.id, 1)


def test_repeating_the_reaction_does_nothing_twice(
    session: Session, conversation: Conversation, event: Event
) -> None:
    rule(session, action("add_note", text="Call the plumber"))

    run_rules(session, event)
    session.flush()

    assert run_rules(session, event) == []
    assert len(session.exec(select(RuleRun)).all()) == 1
    notes = select(Message).where(Message.channel == "note")
    assert len(session.exec(notes).all()) == 1


def test_rules_run_in_their_order_and_see_what_the_one_before_did(
    session: Session, conversation: Conversation, event: Event
) -> None:
    tagged = {"field": "conversation.tags", "operator": "any_of", "value": ["leak"]}
    rule(session, action("set_priority", priority=4), position=2, conditions={"all": [tagged]})
    rule(session, action("add_tags", tags=["leak"]), position=1)

    runs = run_rules(session, event)

    assert [run.fired for run in runs] == [True, True]
    assert conversation.priority == Priority.URGENT


def test_a_rule_can_be_the_last_word(
    session: Session, conversation: Conversation, event: Event
) -> None:
    rule(session, action("add_tags", tags=["one"]), position=1, stop_after=True)
    rule(session, action("add_tags", tags=["two"]), position=2)

    assert len(run_rules(session, event)) == 1
    assert names(session, conversation) == ["one"]


def test_a_rule_switched_off_or_of_another_event_is_not_asked(
    session: Session, event: Event
) -> None:
    rule(session, action("add_tags", tags=["one"]), enabled=False)
    rule(session, action("add_tags", tags=["two"]), event_kind=EventKind.TAG_ADDED)

    assert run_rules(session, event) == []


def test_a_failing_action_is_undone_and_noted_and_the_others_go_on(
    session: Session, conversation: Conversation, event: Event
) -> None:
    rule(
        session,
        action("assign_agent", agent_id="nobody"),
        action("no_such_action"),
        action("add_tags", tags=["after"]),
    )

    [run] = run_rules(session, event)

    results = [reason for reason in run.reasons if "action" in reason]
    assert [result["failed"] for result in results] == [True, True, False]
    assert results[0]["result"] == "There is no such agent."
    assert names(session, conversation) == ["after"]


def test_a_bug_in_somebody_elses_action_undoes_only_that_action(
    session: Session, conversation: Conversation, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(Action):
        name = "broken"
        label = "Break"

        def run(self, session: Session, conversation: Conversation, **_: Any) -> str:
            session.add(Tag(name="half"))
            session.flush()
            raise ZeroDivisionError

    monkeypatch.setitem(actions.known(), "broken", Broken)
    rule(session, action("broken"), action("add_tags", tags=["after"]))

    [run] = run_rules(session, event)

    assert "ZeroDivisionError" in run.reasons[1]["result"]
    assert session.exec(select(Tag.name)).all() == ["after"]


def test_a_rule_that_led_to_an_event_does_not_answer_it(
    session: Session, conversation: Conversation
) -> None:
    made = rule(
        session,
        action("set_status", status="resolved"),
        event_kind=EventKind.STATUS_CHANGED,
        conditions={},
    )
    first = record(session, EventKind.STATUS_CHANGED, by=SYSTEM, conversation=conversation)
    session.flush()
    by_rule = Actor.rule(made.id, made.name).because(first)
    second = record(session, EventKind.TAG_ADDED, by=by_rule, conversation=conversation)
    session.flush()
    by_other = Actor.rule("other", "Other").because(second)
    third = record(session, EventKind.STATUS_CHANGED, by=by_other, conversation=conversation)
    session.flush()

    [run] = run_rules(session, third)

    assert not run.fired
    assert run.reasons == [{"loop": "This rule itself led to this event."}]
    assert conversation.status is Status.OPEN


def test_a_long_chain_of_rules_stops_and_says_so(
    session: Session, cast: Cast, conversation: Conversation
) -> None:
    rule(session, action("add_tags", tags=["deep"]), conditions={})
    event = cast.received(cast.incoming(conversation))
    event.depth = MAX_CHAIN

    [run] = run_rules(session, event)

    assert not run.fired
    assert "chain of rules" in run.reasons[-1]["loop"]


def test_every_action_of_the_first_set_works(
    session: Session, cast: Cast, conversation: Conversation, event: Event
) -> None:
    rule(
        session,
        action("assign_team", team_id=cast.team.id),
        action("distribute"),
        action("assign_agent", agent_id=cast.agents["Vera"].id),
        action("send_reply", text="Dear {{ contact.first_name }}, this is {{ inbox.name }}."),
        action("add_note", text="About {{ conversation.subject }}"),
        action("set_status", status="waiting"),
    )

    [run] = run_rules(session, event)

    assert not [reason for reason in run.reasons if reason.get("failed")]
    assert conversation.team_id == cast.team.id
    assert conversation.assignee_id == cast.agents["Vera"].id
    assert conversation.status is Status.WAITING
    delivery = session.exec(select(Delivery)).one()
    reply = session.get_one(Message, delivery.message_id)
    assert (reply.text, reply.automatic) == ("Dear Marko, this is Mail.", True)
    assert session.exec(select(Message.text).where(Message.channel == "note")).one() == (
        "About Boiler"
    )


def test_a_rule_has_the_manners_of_a_machine(
    session: Session, cast: Cast, conversation: Conversation
) -> None:
    rule(session, action("send_reply", text="Hello"), conditions={})

    [run] = run_rules(session, cast.received(cast.incoming(conversation, automatic=True)))

    assert run.reasons[-1]["result"] == "not sent: a machine or a list sent the message"
    assert session.exec(select(Delivery)).first() is None


def test_an_event_about_no_conversation_concerns_no_rule(session: Session, cast: Cast) -> None:
    rule(session, action("add_tags", tags=["x"]), event_kind=EventKind.AGENT_UPDATED, conditions={})
    event = record(session, EventKind.AGENT_UPDATED, by=SYSTEM)
    session.flush()

    assert run_rules(session, event) == []


def test_a_rule_acts_where_a_merged_conversation_goes_on(
    session: Session, cast: Cast, conversation: Conversation, event: Event
) -> None:
    rule(session, action("add_tags", tags=["leak"]), action("set_status", status="resolved"))
    other = cast.conversation()
    merging.merge(session, other, conversation, by=SYSTEM)

    [run] = run_rules(session, event)

    assert (run.conversation_id, other.status) == (other.id, Status.RESOLVED)
    assert conversation.status is Status.MERGED
    assert names(session, other) == ["leak"]


def test_no_rule_hears_that_a_conversation_was_merged_away(
    session: Session, cast: Cast, conversation: Conversation
) -> None:
    rule(session, action("add_tags", tags=["x"]), event_kind="status_changed", conditions={})
    other = cast.conversation()
    merging.merge(session, other, conversation, by=SYSTEM)
    changed = session.exec(select(Event).where(Event.kind == "status_changed")).one()

    assert run_rules(session, changed) == []
