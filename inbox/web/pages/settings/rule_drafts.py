"""A rule as it is being edited: read from the form, changed by its buttons, drawn again."""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from multidict import MultiMapping

from inbox.model import AutomationRule
from inbox.routing import actions
from inbox.routing.rules import MAX_ACTIONS, RuleValues
from inbox.web import condition_forms, forms
from inbox.web.condition_forms import Node

NEW_FIELD = "message.text"


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
            "conditions": condition_forms.filled(self.conditions),
            "actions": self.actions,
            "enabled": self.enabled,
            "stop_after": self.stop_after,
        }


def of(rule: AutomationRule) -> Draft:
    return Draft(
        conditions=condition_forms.of(rule.conditions),
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
        conditions=condition_forms.read(form),
        actions=[
            await _action(request, form, place) for place in condition_forms.places(form, "actions")
        ],
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
    else:
        draft.changed = condition_forms.change(draft.conditions, do, NEW_FIELD)


def _change_action(draft: Draft, verb: str, at: int) -> None:
    if at >= len(draft.actions):
        return
    taken = draft.actions.pop(at)
    if verb == "raise-action":
        draft.actions.insert(max(0, at - 1), taken)
        draft.changed = f"actions.{max(0, at - 1)}"


async def _action(request: web.Request, form: MultiMapping[Any], place: str) -> Node:
    name = str(form.get(f"{place}.action", ""))
    kind = actions.known().get(name)
    parameters = await forms.posted(request, kind, prefix=f"{place}.") if kind else {}
    return {"action": name, "parameters": parameters}
