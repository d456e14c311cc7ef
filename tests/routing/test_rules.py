"""Rules as an admin edits them."""

from typing import Any

import pytest
from pydantic import ValidationError
from sqlmodel import Session, select

from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import SYSTEM, EventKind
from inbox.model import AutomationRule, Event, RuleRun
from inbox.routing import rules
from inbox.routing.rules import RuleValues

TAG = {"action": "add_tags", "parameters": {"tags": ["vip"]}}


def values(**changes: Any) -> RuleValues:
    return RuleValues(
        **{"name": "VIP", "event_kind": "message_received", "actions": [TAG], **changes}
    )


def test_a_rule_is_added_behind_the_others(session: Session) -> None:
    first = rules.add(session, values(), by=SYSTEM)
    second = rules.add(session, values(name="Other"), by=SYSTEM)

    assert (first.position, second.position) == (0, 1)
    told = session.exec(select(Event.particulars)).all()
    assert [particulars["did"] for particulars in told] == ["added", "added"]


def test_a_change_counts_a_version_and_refuses_an_old_one(session: Session) -> None:
    rule = rules.add(session, values(), by=SYSTEM)

    rules.change(session, rule.id, values(name="New"), by=SYSTEM, version=1)

    assert (rule.name, rule.version) == ("New", 2)
    with pytest.raises(Conflict):
        rules.change(session, rule.id, values(), by=SYSTEM, version=1)


def test_reordering_names_every_rule_once(session: Session) -> None:
    one, two = (rules.add(session, values(name=name), by=SYSTEM) for name in "ab")

    rules.reorder(session, [two.id, one.id], by=SYSTEM)

    assert (one.position, two.position) == (1, 0)
    with pytest.raises(Invalid, match="every rule once"):
        rules.reorder(session, [one.id, one.id], by=SYSTEM)


def test_a_removed_rule_takes_its_log_with_it(session: Session) -> None:
    rule = rules.add(session, values(), by=SYSTEM)
    session.flush()
    session.add(RuleRun(rule_id=rule.id, event_id="e", fired=True))
    session.flush()

    rules.remove(session, rule.id, by=SYSTEM)
    session.flush()

    assert session.exec(select(AutomationRule)).all() == []
    assert session.exec(select(RuleRun)).all() == []
    with pytest.raises(NotFound):
        rules.remove(session, rule.id, by=SYSTEM)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"event_kind": "agent_created"}, "event_kind"),
        ({"actions": []}, "actions"),
        ({"actions": [TAG] * 21}, "actions"),
        ({"actions": [TAG, {"action": "explode"}]}, "actions.1.action"),
        ({"actions": [{"action": "add_tags", "parameters": {"tags": []}}]}, "actions.0.tags"),
        ({"actions": [{"action": "distribute", "parameters": {"x": 1}}]}, "actions.0.x"),
        (
            {"actions": [{"action": "set_status", "parameters": {"status": "snoozed"}}]},
            "actions.0.status",
        ),
        (
            {"actions": [{"action": "send_reply", "parameters": {"text": "{{ config }}"}}]},
            "actions.0.text",
        ),
        ({"conditions": {"all": [{"field": "no"}]}}, "conditions.all.0"),
    ],
)
def test_what_can_not_be_taken_is_named(session: Session, changes: Any, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.add(session, values(**changes), by=SYSTEM)

    assert list(caught.value.fields) == [field]


def test_nothing_beyond_the_form_can_be_set() -> None:
    with pytest.raises(ValidationError):
        values(position=5)


def test_every_trigger_is_an_event_kind() -> None:
    assert set(rules.TRIGGERS) <= set(EventKind)
