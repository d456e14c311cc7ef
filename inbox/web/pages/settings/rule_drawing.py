"""What the editor of a rule draws: groups, conditions and actions with their choices and faults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inbox.i18n import gettext as _
from inbox.routing import actions
from inbox.routing.fields import FIELDS
from inbox.routing.rules import TRIGGERS
from inbox.web import condition_drawing, fields
from inbox.web.condition_drawing import Group
from inbox.web.condition_forms import Node
from inbox.web.condition_words import Choices, Options
from inbox.web.pages.settings.rule_drafts import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionForm:
    place: str
    name: str
    label: str
    fields: Sequence[fields.Field]
    error: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    draft: Draft
    conditions: Group
    actions: Sequence[ActionForm]
    subjects: Sequence[tuple[str, Options]]
    triggers: Options
    known_actions: Options
    errors: Mapping[str, str]


def editor(draft: Draft, choices: Choices, errors: Mapping[str, str]) -> Editor:
    return Editor(
        draft=draft,
        conditions=condition_drawing.drawn(draft.conditions, choices, errors, draft.changed),
        actions=[_action(n, each, draft, choices, errors) for n, each in enumerate(draft.actions)],
        subjects=condition_drawing.subjects(FIELDS),
        triggers=[(str(kind), _(label)) for kind, label in TRIGGERS.items()],
        known_actions=[(name, _(action.label)) for name, action in actions.known().items()],
        errors={name: _(text) for name, text in errors.items()},
    )


def _action(
    number: int, node: Node, draft: Draft, choices: Choices, errors: Mapping[str, str]
) -> ActionForm:
    place, name = f"actions.{number}", str(node.get("action", ""))
    known = actions.known().get(name)
    own = {
        fault.removeprefix(f"{place}."): text
        for fault, text in errors.items()
        if fault.startswith(f"{place}.")
    }
    is_new, fault = draft.changed == place, own.get("parameters", "")
    if known is None:
        error = _("There is no such action any more.")
        return ActionForm(place=place, name=name, label=name, fields=(), error=error)
    drawn = fields.describe(
        known, node.get("parameters") or {}, own, choices.of_action(known), prefix=f"{place}."
    )
    return ActionForm(
        place=place, name=name, label=_(known.label), fields=drawn, is_new=is_new,
        error=_(fault) if fault else "",
    )  # fmt: skip
