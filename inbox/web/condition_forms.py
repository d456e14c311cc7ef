"""Nested conditions as a form: read from it, and changed by its buttons.

A condition's place in the form is the way to it, as `conditions.0.1`: without JavaScript each
button sends the whole form, and the answer is the form with the change.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from multidict import MultiMapping

from inbox.routing.fields import BY_NAME, EMPTINESS, Field, FieldType
from inbox.routing.validation import MAX_DEPTH

ROOT = "conditions"
MANY = ("any_of", "none_of")

Node = dict[str, Any]


def read(form: MultiMapping[Any]) -> Node:
    """Whatever was chosen and typed, right or wrong; always a group."""
    return _group(form, ROOT, 1)


def of(stored: Mapping[str, Any]) -> Node:
    """A stored tree as the form wants it."""
    kept = dict(stored) or {"all": []}
    return {"all": [kept]} if "field" in kept else kept


def filled(root: Node) -> Node:
    """As it is stored: without conditions all holds."""
    return root if members(root) else {}


def change(root: Node, do: str, new_field: str) -> str:
    """What a button says, a verb and a place; the place of what it has just made."""
    verb, _space, place = do.partition(" ")
    if verb in {"add-condition", "add-group"}:
        return _add(root, verb, place, new_field)
    if verb == "remove":
        _remove(root, place)
    return ""


def subjects(fields: Iterable[Field]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The fields under what they belong to."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in fields:
        groups.setdefault(each.name.partition(".")[0], []).append((each.name, each.label))
    yield from groups.items()


def members(group: Node) -> list[Node]:
    found: list[Node] = group["any"] if "any" in group else group.setdefault("all", [])
    return found


def places(form: Mapping[str, Any], place: str) -> list[str]:
    """The places right below this one, in their order."""
    start = f"{place}."
    below = {name[len(start) :].split(".")[0] for name in form if name.startswith(start)}
    return [f"{start}{number}" for number in sorted(int(b) for b in below if b.isdecimal())]


def _add(root: Node, verb: str, place: str, new_field: str) -> str:
    group = _at(root, place)
    if group is None:
        return ""
    operator = BY_NAME[new_field].operators[0]
    new: Node = {"field": new_field, "operator": operator, "value": ""}
    held = members(group)
    if verb == "add-condition":
        held.append(new)
        return f"{place}.{len(held) - 1}"
    if place.count(".") + 1 >= MAX_DEPTH:
        return ""
    held.append({"any": [new]})
    return f"{place}.{len(held) - 1}.0"


def _remove(root: Node, place: str) -> None:
    parent, _dot, last = place.rpartition(".")
    group = _at(root, parent)
    if group is not None and last.isdecimal() and int(last) < len(members(group)):
        members(group).pop(int(last))


def _at(root: Node, place: str) -> Node | None:
    """The group at a place, None if there is none."""
    first, *way = place.split(".")
    node: Node | None = root if first == ROOT else None
    for step in way:
        held = members(node) if node is not None else []
        at = int(step) if step.isdecimal() else len(held)
        node = held[at] if at < len(held) and "field" not in held[at] else None
    return node


def _group(form: MultiMapping[Any], place: str, depth: int) -> Node:
    kind = "any" if form.get(f"{place}.kind") == "any" else "all"
    return {kind: [_node(form, each, depth + 1) for each in places(form, place)]}


def _node(form: MultiMapping[Any], place: str, depth: int) -> Node:
    if f"{place}.kind" in form and depth <= MAX_DEPTH:
        return _group(form, place, depth)
    name = str(form.get(f"{place}.field", ""))
    operator = str(form.get(f"{place}.operator", ""))
    known = BY_NAME.get(name)
    if known and operator not in known.operators:
        operator = known.operators[0]  # that of the field chosen before
    typed = [str(value).strip() for value in form.getall(f"{place}.value", [])]
    return {"field": name, "operator": operator, "value": _value(name, operator, typed)}


def _value(name: str, operator: str, typed: list[str]) -> Any:
    """Of the type that the field asks for, else as it was typed."""
    known = BY_NAME.get(name)
    kind = known.type if known else FieldType.TEXT
    if operator in EMPTINESS:
        return None
    if operator in MANY:
        return [line.strip() for part in typed for line in part.splitlines() if line.strip()]
    text = typed[0] if typed else ""
    if kind is FieldType.YES_NO:
        return text != "false"
    return _number(text) if kind is FieldType.NUMBER else text


def _number(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text
