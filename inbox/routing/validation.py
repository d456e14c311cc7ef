"""What is wrong with a rule's conditions, by place."""

from collections.abc import Iterator, Mapping
from typing import Any

from inbox.errors import Invalid
from inbox.i18n import N_, Phrase
from inbox.routing.fields import BY_NAME, EMPTINESS, OPERATOR_LABELS, Field, FieldType

MAX_DEPTH = 5
MAX_CONDITIONS = 50
MAX_TEXT = 500


def check(conditions: Mapping[str, Any]) -> None:
    """Raise Invalid that names each condition at fault by its place, as `conditions.all.0`."""
    faults: dict[str, str] = {}
    count = 0
    for place, fault in _faults(conditions, "conditions", 1):
        count += 1
        if fault:
            faults[place] = fault
    if count > MAX_CONDITIONS:
        faults["conditions"] = Phrase("No more than %(most)d conditions.", most=MAX_CONDITIONS)
    if faults:
        raise Invalid(fields=faults)


def _faults(node: Any, place: str, depth: int) -> Iterator[tuple[str, str]]:
    """Each condition's place with what is wrong with it, "" for nothing."""
    if not isinstance(node, Mapping):
        yield place, N_("Give a condition or a group.")
    elif depth > MAX_DEPTH:
        yield place, Phrase("No more than %(most)d groups deep.", most=MAX_DEPTH)
    elif "field" in node:
        yield place, _fault(node)
    elif node or depth > 1:
        yield from _group_faults(node, place, depth)


def _group_faults(node: Mapping[str, Any], place: str, depth: int) -> Iterator[tuple[str, str]]:
    if len(node) != 1 or not set(node) <= {"all", "any"}:
        yield place, N_('Give {"all": […]} or {"any": […]}.')
        return
    [(kind, members)] = node.items()
    if not isinstance(members, list) or not members:
        yield f"{place}.{kind}", N_("A group needs at least one condition.")
        return
    for position, member in enumerate(members):
        yield from _faults(member, f"{place}.{kind}.{position}", depth + 1)


def _fault(condition: Mapping[str, Any]) -> str:
    field = BY_NAME.get(str(condition["field"]))
    operator, value = condition.get("operator"), condition.get("value")
    if field is None:
        return Phrase("There is no field “%(name)s”.", name=condition["field"])
    if operator not in field.operators:
        return Phrase(
            "“%(field)s” can't be asked like this. Choose one of: %(operators)s.",
            field=Phrase(field.label),
            operators=[Phrase(OPERATOR_LABELS[name]) for name in field.operators],
        )
    if operator in EMPTINESS:
        return ""
    return _value_fault(field, operator, value)


def _value_fault(field: Field, operator: str, value: Any) -> str:
    many = operator in ("any_of", "none_of")
    if many and (not isinstance(value, list) or not value):
        return N_("Give at least one value.")
    values = value if many else [value]
    return next((fault for one in values if (fault := _single_fault(field, one))), "")


def _single_fault(field: Field, value: Any) -> str:
    if field.type is FieldType.YES_NO:
        return "" if isinstance(value, bool) else N_("Choose yes or no.")
    if field.type is FieldType.NUMBER:
        return "" if _is_number(value) else N_("Give a number.")
    if not isinstance(value, str) or not value.strip():
        return N_("Fill this in.")
    if len(value) > MAX_TEXT:
        return Phrase("Use at most %(most)d characters.", most=MAX_TEXT)
    if field.choices and value not in field.choices:
        return Phrase("Choose one of: %(choices)s.", choices=field.choices)
    return ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
