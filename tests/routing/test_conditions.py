"""Whether conditions hold, and why."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.errors import Invalid
from inbox.routing.conditions import ASKING, matches
from inbox.routing.fields import BY_NAME, FIELDS, OPERATOR_LABELS, OPERATORS_OF, FieldType
from inbox.routing.validation import MAX_CONDITIONS, MAX_DEPTH, check

FACTS = {
    "conversation.status": "open",
    "conversation.priority": 3,
    "conversation.tags": ["vip", "Београд"],
    "message.text": "Ђорђе пише: BOILER leaks",
    "message.automatic": False,
    "company.name": None,
}


def condition(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def held(field: str, operator: str, value: Any = None) -> bool:
    return matches(condition(field, operator, value), FACTS)[0]


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("conversation.status", "is", "open"),
        ("conversation.status", "is_not", "resolved"),
        ("conversation.status", "any_of", ["waiting", "open"]),
        ("conversation.status", "none_of", ["waiting", "spam"]),
        ("conversation.priority", "greater", 2),
        ("conversation.priority", "less", 4),
        ("conversation.priority", "is", 3),
        ("conversation.tags", "any_of", ["beograd"]),
        ("conversation.tags", "none_of", ["vi"]),
        ("conversation.tags", "not_empty", None),
        ("message.text", "contains", "djordje"),
        ("message.text", "contains", "boiler"),
        ("message.text", "starts_with", "ĐORĐE"),
        ("message.text", "not_contains", "radiator"),
        ("message.automatic", "is", False),
        ("company.name", "empty", None),
        ("contact.city", "empty", None),
    ],
)
def test_these_hold_and_their_opposites_do_not(field: str, operator: str, value: Any) -> None:
    assert held(field, operator, value)


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("conversation.priority", "greater", "many"),
        ("conversation.priority", "less", None),
        ("company.name", "contains", "x"),
        ("company.name", "greater", 1),
        ("message.text", "contains", ""),
        ("message.text", "starts_with", ""),
        ("message.automatic", "is", True),
        ("no.such.field", "empty", None),
        ("message.text", "matches_regex", ".*"),
    ],
)
def test_these_do_not_hold(field: str, operator: str, value: Any) -> None:
    assert not held(field, operator, value)


def test_groups_nest() -> None:
    urgent = condition("conversation.priority", "greater", 2)
    closed = condition("conversation.status", "is", "resolved")
    vip = condition("conversation.tags", "any_of", ["vip"])

    assert matches({"all": [urgent, {"any": [closed, vip]}]}, FACTS)[0]
    assert not matches({"all": [closed, {"any": [urgent, vip]}]}, FACTS)[0]
    assert not matches({"any": [closed, {"all": [closed, vip]}]}, FACTS)[0]


def test_no_conditions_always_hold() -> None:
    assert matches({}, {}) == (True, [])


def test_each_condition_gives_its_reason_even_when_the_first_decides() -> None:
    closed = condition("conversation.status", "is", "resolved")
    vip = condition("conversation.tags", "any_of", ["vip"])

    _, reasons = matches({"all": [closed, vip]}, FACTS)

    assert [(reason["found"], reason["held"]) for reason in reasons] == [
        ("open", False),
        (["vip", "Београд"], True),
    ]


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
conditions = st.fixed_dictionaries(
    {
        "field": st.sampled_from(sorted(BY_NAME)),
        "operator": st.sampled_from(sorted(OPERATOR_LABELS)),
        "value": values | st.lists(values, max_size=3),
    }
)
groups = st.recursive(
    conditions, lambda inner: st.fixed_dictionaries({"all": st.lists(inner, max_size=3)})
)


@given(groups, st.dictionaries(st.sampled_from(sorted(BY_NAME)), values | st.lists(st.text())))
def test_nothing_that_is_stored_can_make_matching_fail(
    group: dict[str, Any], facts: dict[str, Any]
) -> None:
    held, reasons = matches(group, facts)

    assert held == all(reason["held"] for reason in reasons)


@given(conditions, st.dictionaries(st.sampled_from(sorted(BY_NAME)), values))
def test_a_negation_is_the_opposite(asked: dict[str, Any], facts: dict[str, Any]) -> None:
    for operator, opposite in (
        ("is", "is_not"),
        ("contains", "not_contains"),
        ("any_of", "none_of"),
        ("empty", "not_empty"),
    ):
        one, _ = matches({**asked, "operator": operator}, facts)
        other, _ = matches({**asked, "operator": opposite}, facts)
        assert one is not other


def test_every_operator_that_a_field_offers_is_known_and_labelled() -> None:
    offered = {operator for field in FIELDS for operator in field.operators}

    assert offered == set(ASKING) == set(OPERATOR_LABELS)
    assert set(OPERATORS_OF) == set(FieldType)


def faults(conditions: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        check(conditions)
    return caught.value.fields


def test_good_conditions_pass() -> None:
    check({})
    check({"any": [condition("message.text", "contains", "boiler"), {"all": [
        condition("conversation.status", "any_of", ["open"]),
        condition("message.automatic", "is", False),
        condition("message.files", "greater", 0),
        condition("company.name", "empty"),
    ]}]})  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        (condition("nothing", "is", "x"), "no field"),
        (condition("message.text", "greater", 3), "be asked like this"),
        (condition("message.text", "contains", " "), "Fill this in"),
        (condition("message.text", "contains", "x" * 501), "Use at most"),
        (condition("message.files", "less", "3"), "Give a number"),
        (condition("message.automatic", "is", "yes"), "yes or no"),
        (condition("conversation.status", "is", "ajar"), "Choose one of"),
        (condition("conversation.status", "any_of", "open"), "at least one value"),
        ({"none": []}, "Give {"),
        ({"all": []}, "at least one"),
        ({}, "Give {"),
        (3, "a condition or a group"),
    ],
)
def test_a_bad_condition_is_named_by_its_place(bad: Any, what: str) -> None:
    good = condition("message.text", "contains", "x")

    [(place, fault)] = faults({"all": [good, bad]}).items()

    assert place.startswith("conditions.all.1")
    assert what in fault


def test_conditions_have_limits() -> None:
    one = condition("message.text", "contains", "x")
    deep: dict[str, Any] = one
    for _ in range(MAX_DEPTH):
        deep = {"all": [deep]}

    assert "groups deep" in "".join(faults(deep).values())
    assert "No more than" in faults({"any": [one] * (MAX_CONDITIONS + 1)})["conditions"]
