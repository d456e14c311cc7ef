"""Saved views hold what their conditions say, whatever they are, at a cost that has an end."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from inbox.desk import tags
from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import SYSTEM, Actor
from inbox.model import Conversation, SavedView, Status
from inbox.routing import conditions, facts, views
from inbox.routing.fields import BY_NAME, EMPTINESS, FieldType
from inbox.routing.view_conditions import COLUMNS
from inbox.routing.views import ViewValues
from tests.cast import Cast


def found(session: Session, wanted: dict[str, Any], agent_id: str | None = None) -> list[str]:
    session.flush()
    page = views.page(session, SavedView(name="x", conditions=wanted), Status.OPEN, agent_id, None)
    return [conversation.subject for conversation in page.items]


def one(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"all": [{"field": field, "operator": operator, "value": value}]}


@pytest.fixture
def three(session: Session, cast: Cast) -> list[Conversation]:
    cast.contact.city = "Niš"
    made = [
        cast.conversation(subject="Boiler", priority=4),
        cast.conversation(subject="Bill", assignee_id=cast.agents["Ana"].id),
        cast.conversation(subject="Heater 100%", team_id=cast.team.id),
    ]
    tags.tag(session, made[0], "Urgent", by=SYSTEM)
    return made


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, {"Boiler", "Bill", "Heater 100%"}),
        (one("conversation.subject", "contains", "BIL"), {"Bill"}),
        (one("conversation.subject", "contains", "%"), {"Heater 100%"}),
        (one("conversation.subject", "not_contains", "bil"), {"Boiler", "Heater 100%"}),
        (one("conversation.subject", "starts_with", "b"), {"Boiler", "Bill"}),
        (one("conversation.priority", "greater", 2), {"Boiler"}),
        (one("conversation.tags", "any_of", ["urgent", "x"]), {"Boiler"}),
        (one("conversation.tags", "none_of", ["urgent"]), {"Bill", "Heater 100%"}),
        (one("conversation.tags", "empty"), {"Bill", "Heater 100%"}),
        (one("conversation.assignee", "empty"), {"Boiler", "Heater 100%"}),
        (one("conversation.team", "is_not", "nothing"), {"Boiler", "Bill", "Heater 100%"}),
        (one("contact.city", "is", "niš"), {"Boiler", "Bill", "Heater 100%"}),
        (one("company.name", "contains", "acme"), set()),
        (one("conversation.flagged", "is", True), set()),
        (
            {"any": [one("conversation.priority", "is", 4), one("contact.city", "is", "x")]},
            {"Boiler"},
        ),
    ],
    ids=lambda value: str(sorted(value)) if isinstance(value, set) else str(value),
)  # fmt: skip
def test_a_view_holds_what_its_conditions_say(session, three, wanted, names) -> None:
    assert set(found(session, wanted)) == names


def test_me_is_whoever_looks(session: Session, cast: Cast, three) -> None:
    mine = one("conversation.assignee", "is", "me")

    assert found(session, mine, cast.agents["Ana"].id) == ["Bill"]
    assert found(session, mine, cast.agents["Boris"].id) == []


def condition() -> st.SearchStrategy[dict[str, Any]]:
    """One that rules and views both understand, on ASCII, which no folding changes."""

    def of(name: str) -> st.SearchStrategy[dict[str, Any]]:
        field = BY_NAME[name]
        words = st.sampled_from(["boiler", "Bill", "heater 100%", "niš", "urgent", "4", "x"])
        single = {
            FieldType.NUMBER: st.integers(0, 5),
            FieldType.YES_NO: st.booleans(),
        }.get(field.type, st.sampled_from(field.choices) if field.choices else words)

        def with_value(operator: str) -> st.SearchStrategy[dict[str, Any]]:
            many = operator in ("any_of", "none_of")
            value = st.lists(single, min_size=1, max_size=3) if many else single
            if operator in EMPTINESS:
                value = st.none()
            return st.fixed_dictionaries(
                {"field": st.just(name), "operator": st.just(operator), "value": value}
            )

        return st.sampled_from(field.operators).flatmap(with_value)

    plain = [n for n in COLUMNS if n not in {"contact.city", "conversation.language"}]
    return st.sampled_from(plain).flatmap(of)


def groups() -> st.SearchStrategy[dict[str, Any]]:
    members = st.recursive(
        condition(),
        lambda inner: st.sampled_from(["all", "any"]).flatmap(
            lambda kind: st.fixed_dictionaries({kind: st.lists(inner, min_size=1, max_size=3)})
        ),
        max_leaves=5,
    )
    return st.fixed_dictionaries({"all": st.lists(members, min_size=1, max_size=2)})


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=groups())
def test_the_store_and_the_rules_agree(session: Session, cast: Cast, wanted) -> None:
    if not found(session, {}):
        for subject, priority in (("Boiler", 4), ("Bill", 0), ("Heater 100%", 2)):
            conversation = cast.conversation(subject=subject, priority=priority)
            tags.tag(session, conversation, f"{subject[:4]}", by=SYSTEM)
        tags.tag(session, conversation, "urgent", by=SYSTEM)
    everything = views.page(
        session, SavedView(name="x", conditions={}), Status.OPEN, None, None
    ).items
    by_rules = set()
    for conversation in everything:
        event = cast.received(cast.incoming(conversation))
        subject = facts.subject_of(session, event)
        assert subject
        if conditions.matches(wanted, facts.gather(session, subject, event))[0]:
            by_rules.add(conversation.subject)

    assert set(found(session, wanted)) == by_rules


def test_a_rare_match_far_back_is_reached_by_pages(session, cast, monkeypatch) -> None:
    monkeypatch.setattr(views, "WINDOW", 4)
    made = [cast.conversation(subject=str(number)) for number in range(11)]
    view = SavedView(name="x", conditions=one("conversation.subject", "is", "0"))
    session.flush()
    seen, cursor, pages = [], "", 0
    while True:
        page = views.page(session, view, Status.OPEN, None, None, cursor=cursor)
        seen += [conversation.id for conversation in page.items]
        pages += 1
        if page.next is None:
            break
        cursor = page.next

    assert seen == [made[0].id]
    assert pages == 3


def test_what_may_not_be_seen_is_in_no_view(session: Session, cast: Cast, three) -> None:
    session.flush()
    view = SavedView(name="x", conditions={})

    assert views.page(session, view, Status.OPEN, None, ["elsewhere"]).items == []
    assert views.count(session, view, None, ["elsewhere"]) == 0
    assert views.count(session, view, None, None) == 3


def test_a_view_of_ones_own_is_nobody_elses(session: Session, cast: Cast) -> None:
    ana, boris = cast.agents["Ana"], cast.agents["Boris"]
    mine = views.add(session, ViewValues(name="Mine"), owner_id=ana.id, by=Actor.agent(ana))
    ours = views.add(session, ViewValues(name="Ours"), owner_id=None, by=SYSTEM)
    session.flush()

    assert [v.name for v in views.seen_by(session, ana.id)] == ["Mine", "Ours"]
    assert [v.name for v in views.seen_by(session, boris.id)] == ["Ours"]
    with pytest.raises(NotFound):
        views.get(session, mine.id, boris.id)
    with pytest.raises(Conflict):
        views.change(session, ours, ViewValues(name="x"), by=SYSTEM, version=7)


@pytest.mark.parametrize(
    ("name", "wanted", "place"),
    [
        (" ", {}, "name"),
        ("x", one("message.text", "contains", "x"), "conditions.all.0"),
        ("x", one("conversation.subject", "greater", "x"), "conditions.all.0"),
        ("x", {"any": []}, "conditions.any"),
    ],
)
def test_what_makes_no_view_is_refused(session: Session, cast: Cast, name, wanted, place) -> None:
    with pytest.raises(Invalid) as refused:
        views.add(session, ViewValues(name=name, conditions=wanted), owner_id=None, by=SYSTEM)
    assert place in refused.value.fields
