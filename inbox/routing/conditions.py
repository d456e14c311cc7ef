"""Whether a rule's conditions hold for some facts, purely, and why.

Conditions are {"all": […]} or {"any": […]} of {"field", "operator", "value"} or further groups;
{} always holds. docs/routing.md has a line for each field and operator.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from inbox.folding import fold
from inbox.routing.fields import BY_NAME

SHOWN_LENGTH = 500  # characters of a found text that are kept with the reasons

Facts = Mapping[str, Any]
Reason = dict[str, Any]


def matches(conditions: Mapping[str, Any], facts: Facts) -> tuple[bool, list[Reason]]:
    """Every condition is tried, so that the reasons are complete."""
    reasons: list[Reason] = []
    return _holds(conditions, facts, reasons), reasons


def _holds(node: Mapping[str, Any], facts: Facts, reasons: list[Reason]) -> bool:
    if "field" in node:
        return _condition_holds(node, facts, reasons)
    combine, members = (any, node["any"]) if "any" in node else (all, node.get("all", []))
    answers = [_holds(each, facts, reasons) for each in members]
    return combine(answers)


def _condition_holds(condition: Mapping[str, Any], facts: Facts, reasons: list[Reason]) -> bool:
    field, operator, value = condition["field"], condition["operator"], condition.get("value")
    found = facts.get(field)
    ask = ASKING.get(operator)
    held = field in BY_NAME and ask is not None and ask(_comparable(found), _comparable(value))
    reasons.append(
        {
            "field": field,
            "operator": operator,
            "value": value,
            "found": found[:SHOWN_LENGTH] if isinstance(found, str) else found,
            "held": held,
        }
    )
    return held


def _comparable(value: Any) -> Any:
    """Texts folded, lists as tuples, numbers and yes/no as they are, nothing as ""."""
    if value is None:
        return ""
    if isinstance(value, str):
        return fold(value).strip()
    if isinstance(value, Sequence):
        return tuple(_comparable(each) for each in value)
    return value


def _is(found: Any, value: Any) -> bool:
    return found == value or (not isinstance(found, bool) and str(found) == str(value))


def _contains(found: Any, value: Any) -> bool:
    return value != "" and str(value) in str(found)


def _starts_with(found: Any, value: Any) -> bool:
    return value != "" and str(found).startswith(str(value))


def _any_of(found: Any, value: Any) -> bool:
    wanted = value if isinstance(value, tuple) else (value,)
    owned = found if isinstance(found, tuple) else (found,)
    return any(_is(one, other) for one in owned for other in wanted)


def _compare(order: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    def ask(found: Any, value: Any) -> bool:
        try:
            return order(float(found), float(value))
        except (TypeError, ValueError):
            return False

    return ask


def _empty(found: Any, _value: Any) -> bool:
    return found in ("", ())


ASKING: dict[str, Callable[[Any, Any], bool]] = {
    "is": _is,
    "is_not": lambda found, value: not _is(found, value),
    "contains": _contains,
    "not_contains": lambda found, value: not _contains(found, value),
    "starts_with": _starts_with,
    "any_of": _any_of,
    "none_of": lambda found, value: not _any_of(found, value),
    "greater": _compare(lambda found, value: found > value),
    "less": _compare(lambda found, value: found < value),
    "empty": _empty,
    "not_empty": lambda found, value: not _empty(found, value),
}
