"""A rule as it is being edited: read from the form, changed by its buttons, drawn again.

A condition's place in the form is the way to it, as `conditions.0.1`: without JavaScript each
button sends the whole form, and the answer is the form with the change.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from multidict import MultiMapping

from inbox.model import AutomationRule
from inbox.routing import actions
from inbox.routing.fields import BY_NAME, EMPTINESS, FIELDS, FieldType
from inbox.routing.rules import MAX_ACTIONS, RuleValues
from inbox.routing.validation import MAX_DEPTH
from inbox.web import forms

ROOT = "conditions"
MANY = ("any_of", "none_of")
NEW_FIELD = "message.text"

Node = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """`conditions` is always a group; `changed` is the place that a button has just made."""

    name: str = ""
    event_kind: str = "message_received"
    conditions: Node = field(default_factory=lambda: {"all": []})
    actions: list[Node] = field(default_factory=list)
    enabled: bool = False
    stop_after: bool = False
    version: int = 0
    changed: str = ""

    def values(self) -> dict[str, Any]:
        """As the verbs want it: without conditions the rule always holds."""
        return {
            "name": self.name,
            "event_kind": self.event_kind,
            "conditions": self.conditions if _members(self.conditions) else {},
            "actions": self.actions,
            "enabled": self.enabled,
            "stop_after": self.stop_after,
        }


def of(rule: AutomationRule) -> Draft:
    kept = rule.conditions or {"all": []}
    return Draft(
        conditions={"all": [kept]} if "field" in kept else kept,
        version=rule.version,
        **rule.model_dump(include=set(RuleValues.model_fields) - {"conditions"}),
    )


async def posted(request: web.Request) -> Draft:
    """Whatever was typed, right or wrong."""
    form = await request.post()
    version = str(form.get("version", "0"))
    draft = Draft(
        name=str(form.get("name", "")).strip(),
        event_kind=str(form.get("event_kind", "")),
        conditions=_group(form, ROOT, 1),
        actions=[await _action(request, form, place) for place in _places(form, "actions")],
        enabled=form.get("enabled") == "true",
        stop_after=form.get("stop_after") == "true",
        version=int(version) if version.isdecimal() else 0,
    )
    change(draft, str(form.get("do", "")), str(form.get("new_action", "")))
    return draft


def change(draft: Draft, do: str, new_action: str = "") -> None:
    """What the button says: a verb, and the place that it means."""
    verb, _space, place = do.partition(" ")
    if verb == "add-action" and new_action in actions.known() and len(draft.actions) < MAX_ACTIONS:
        draft.actions.append({"action": new_action, "parameters": {}})
        draft.changed = f"actions.{len(draft.actions) - 1}"
    elif verb in {"remove-action", "raise-action"} and place.isdecimal():
        _change_action(draft, verb, int(place))
    elif verb in {"add-condition", "add-group"}:
        _add(draft, verb, place)
    elif verb == "remove":
        _remove(draft, place)


def _change_action(draft: Draft, verb: str, at: int) -> None:
    if at >= len(draft.actions):
        return
    taken = draft.actions.pop(at)
    if verb == "raise-action":
        draft.actions.insert(max(0, at - 1), taken)
        draft.changed = f"actions.{max(0, at - 1)}"


def _add(draft: Draft, verb: str, place: str) -> None:
    group = _at(draft.conditions, place)
    if group is None:
        return
    new: Node = {"field": NEW_FIELD, "operator": "contains", "value": ""}
    members = _members(group)
    if verb == "add-group" and place.count(".") + 1 < MAX_DEPTH:
        members.append({"any": [new]})
        draft.changed = f"{place}.{len(members) - 1}.0"
    elif verb == "add-condition":
        members.append(new)
        draft.changed = f"{place}.{len(members) - 1}"


def _remove(draft: Draft, place: str) -> None:
    parent, _dot, last = place.rpartition(".")
    group = _at(draft.conditions, parent)
    if group is not None and last.isdecimal() and int(last) < len(_members(group)):
        _members(group).pop(int(last))


def _at(root: Node, place: str) -> Node | None:
    """The group at a place, None if there is none."""
    first, *way = place.split(".")
    node: Node | None = root if first == ROOT else None
    for step in way:
        members = _members(node) if node is not None else []
        at = int(step) if step.isdecimal() else len(members)
        node = members[at] if at < len(members) and "field" not in members[at] else None
    return node


def _members(group: Node) -> list[Node]:
    found: list[Node] = group["any"] if "any" in group else group.setdefault("all", [])
    return found


def _group(form: MultiMapping[Any], place: str, depth: int) -> Node:
    kind = "any" if form.get(f"{place}.kind") == "any" else "all"
    return {kind: [_node(form, each, depth + 1) for each in _places(form, place)]}


def _node(form: MultiMapping[Any], place: str, depth: int) -> Node:
    if f"{place}.kind" in form and depth <= MAX_DEPTH:
        return _group(form, place, depth)
    name = str(form.get(f"{place}.field", NEW_FIELD))
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


async def _action(request: web.Request, form: MultiMapping[Any], place: str) -> Node:
    name = str(form.get(f"{place}.action", ""))
    kind = actions.known().get(name)
    parameters = await forms.posted(request, kind, prefix=f"{place}.") if kind else {}
    return {"action": name, "parameters": parameters}


def _places(form: Mapping[str, Any], place: str) -> list[str]:
    """The places right below this one, in their order."""
    start = f"{place}."
    below = {name[len(start) :].split(".")[0] for name in form if name.startswith(start)}
    return [f"{start}{number}" for number in sorted(int(b) for b in below if b.isdecimal())]


def fields() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The fields under what they belong to."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in FIELDS:
        groups.setdefault(each.name.partition(".")[0], []).append((each.name, each.label))
    yield from groups.items()
