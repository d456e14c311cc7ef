"""What the form of nested conditions draws: groups and rows with their choices and faults."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.routing.fields import BY_NAME, EMPTINESS, OPERATOR_LABELS, Field, FieldType
from inbox.routing.validation import MAX_DEPTH
from inbox.web import condition_forms
from inbox.web.condition_forms import MANY, ROOT, Node
from inbox.web.condition_words import Choices, Options

SUBJECTS = {
    "conversation": N_("Conversation"), "contact": N_("Contact"), "company": N_("Company"),
    "message": N_("Message"), "event": N_("What happened"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One condition; `kind` says how its value is asked for."""

    place: str
    field: str
    operator: str
    value: Any
    kind: str
    operators: Options
    choices: Options = ()
    error: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    place: str
    kind: str
    members: Sequence[Any]
    error: str
    depth: int

    @property
    def may_nest(self) -> bool:
        return self.depth < MAX_DEPTH


def drawn(root: Node, choices: Choices, errors: Mapping[str, str], changed: str) -> Group:
    """`errors` by place, as the validation names it; `changed` is what a button has just made."""
    return _group(root, ROOT, ROOT, _Drawing(changed, choices, errors))


def subjects(fields: Iterable[Field]) -> list[tuple[str, Options]]:
    return [
        (_(SUBJECTS[name]), [(field, _(label)) for field, label in members])
        for name, members in condition_forms.subjects(fields)
    ]


@dataclass(frozen=True, slots=True)
class _Drawing:
    changed: str
    choices: Choices
    errors: Mapping[str, str]

    def error(self, fault: str) -> str:
        return _(self.errors[fault]) if fault in self.errors else ""


def _group(node: Node, place: str, fault: str, drawing: _Drawing) -> Group:
    """`fault` is how the validation names the same place."""
    kind = "any" if "any" in node else "all"
    members = [
        _member(each, f"{place}.{n}", f"{fault}.{kind}.{n}", drawing)
        for n, each in enumerate(node.get(kind, []))
    ]
    error = drawing.error(fault) or drawing.error(f"{fault}.{kind}")
    depth = place.count(".") + 1
    return Group(place=place, kind=kind, members=members, error=error, depth=depth)


def _member(node: Node, place: str, fault: str, drawing: _Drawing) -> Row | Group:
    if "field" not in node:
        return _group(node, place, fault, drawing)
    name, operator, value = str(node["field"]), str(node.get("operator", "")), node.get("value")
    known = BY_NAME.get(name)
    choices = drawing.choices.of(known) if known else ()
    kind = _kind(known.type if known else FieldType.TEXT, operator, choices)
    return Row(
        place=place,
        field=name,
        operator=operator,
        value=_shown(kind, value),
        kind=kind,
        operators=[(o, _(OPERATOR_LABELS[o])) for o in (known.operators if known else ())],
        choices=_with_kept(choices, value) if kind in {"select", "checks"} else choices,
        error=drawing.error(fault),
        is_new=drawing.changed == place,
    )


def _kind(kind: FieldType, operator: str, choices: Options) -> str:
    if operator in EMPTINESS:
        return "none"
    if kind is FieldType.YES_NO:
        return "yes_no"
    if operator in MANY:
        return "checks" if kind is FieldType.CHOICE else "list"
    if choices:
        return "select"
    return "number" if kind is FieldType.NUMBER else "text"


def _shown(kind: str, value: Any) -> Any:
    if kind in {"checks", "list"}:
        return [str(each) for each in value] if isinstance(value, list) else [str(value or "")]
    if kind == "yes_no":
        return "false" if value is False else "true"
    return "" if value is None or isinstance(value, list) else str(value)


def _with_kept(choices: Options, value: Any) -> Options:
    """With what is chosen but not there any more, so that it is seen and not lost silently."""
    chosen = [
        str(v) for v in (value if isinstance(value, list) else [value]) if v not in (None, "")
    ]
    known = {choice for choice, _label in choices}
    gone = [(each, _("(not there any more)")) for each in chosen if each not in known]
    return [*choices, *gone]
