"""The builder of a form as it is drawn: a card a field, each with what its kind asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inbox.channels.form import FieldKind, FormSettings
from inbox.channels.form.fields import CHOOSING, FEEDS, KINDS, TARGETS
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.web import fields
from inbox.web.fields import Field
from inbox.web.pages.settings import form_drafts
from inbox.web.pages.settings.form_drafts import Draft

ICONS = {
    FieldKind.TEXT: "form-input", FieldKind.LONG_TEXT: "file-text", FieldKind.EMAIL: "mail",
    FieldKind.PHONE: "phone", FieldKind.NUMBER: "hash", FieldKind.DATE: "calendar",
    FieldKind.CHOICE: "list-filter", FieldKind.CHOICES: "list-checks",
    FieldKind.CHECKBOX: "circle-check", FieldKind.FILE: "paperclip", FieldKind.HIDDEN: "eye-off",
}  # fmt: skip
LIMITS = {
    "min_length": (N_("Characters at least"), "number"),
    "max_length": (N_("Characters at most"), "number"),
    "pattern": (N_("Pattern"), "text"),
    "minimum": (N_("From"), "number"),
    "maximum": (N_("Up to"), "number"),
}
PATTERN_HELP = N_("A regular expression for the whole answer, like [A-Z]{2}[0-9]{6}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """`main` is what everybody needs, `more` folds away; `open` when there is something to do."""

    place: str
    kind: str
    label: str
    icon: str
    kind_label: str
    required: bool
    conditional: bool
    main: Sequence[Field]
    more: Sequence[Field]
    error: str = ""
    open: bool = False
    more_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    draft: Draft
    texts: Sequence[Field]
    after: Sequence[Field]
    cards: Sequence[Card]
    kinds: Sequence[tuple[str, str]]
    error: str = ""
    wrong: int = 0


def draw(draft: Draft, errors: Mapping[str, str]) -> Builder:
    """`errors` are those of the form's settings: "title", "fields.2.label"."""
    texts = {one.name: one for one in _texts(draft, errors)}
    return Builder(
        draft=draft,
        texts=[texts["title"], texts["intro"]],
        after=[texts[name] for name in ("submit", "consent", "thanks", "redirect")],
        cards=[_card(draft, at, errors) for at in range(len(draft.fields))],
        kinds=[(str(kind), _(label)) for kind, label in KINDS.items()],
        error=_told(errors, "fields"),
        wrong=len(errors),
    )


def _texts(draft: Draft, errors: Mapping[str, str]) -> list[Field]:
    long = ("intro", "consent", "thanks")
    return [
        Field(
            name=name,
            label=_(info.title or name),
            kind="textarea" if name in long else "url" if name == "redirect" else "text",
            value=draft.texts.get(name, ""),
            help=_(info.description) if info.description else "",
            error=_told(errors, name),
            required=name == "title",
            placeholder=_("Send") if name == "submit" else "",
            max_length=next((limit.max_length for limit in info.metadata
                             if hasattr(limit, "max_length")), None),
        )
        for name, info in FormSettings.model_fields.items()
        if name in form_drafts.TEXTS
    ]  # fmt: skip


def _card(draft: Draft, at: int, errors: Mapping[str, str]) -> Card:
    one = draft.fields[at]
    kind, start = FieldKind(one["kind"]), f"fields.{at}."
    wrong = {name.removeprefix(start): t for name, t in errors.items() if name.startswith(start)}
    own = {name.partition(".")[0]: text for name, text in wrong.items()}  # of one of the options
    main, more = _main(one, kind), _more(draft, at, kind)
    for spec in [*main, *more]:
        spec.error = _told(own, spec.name)
        spec.name = f"fields.{one['place']}.{spec.name}"
        spec.autofocus = spec.name == draft.focus
    return Card(
        place=one["place"], kind=kind, label=one["label"] or _(KINDS[kind]), icon=ICONS[kind],
        kind_label=_(KINDS[kind]), required=bool(one.get("required")),
        conditional=bool(one.get("shown_if")), main=main, more=more,
        error=_told(errors, f"fields.{at}"),
        open=bool(own) or any(spec.autofocus for spec in main),
        more_open=any(spec.error for spec in more),
    )  # fmt: skip


def _main(one: Mapping[str, Any], kind: FieldKind) -> list[Field]:
    targets = [(name, _(label)) for name, label in TARGETS.items() if kind in FEEDS[name]]
    found = [
        Field(name="label", label=_("Label"), kind="text", value=one["label"], required=True,
              max_length=120),
        Field(name="kind", label=_("Kind"), kind="select", value=kind,
              options=[(str(k), _(label)) for k, label in KINDS.items()]),
        Field(name="maps_to", label=_("Goes to"), kind="select", value=one.get("maps_to", ""),
              options=targets),
    ]  # fmt: skip
    if kind in CHOOSING:
        found.append(
            Field(name="options", label=_("What can be chosen"), kind="list", required=True,
                  value=one.get("options", []), help=_("One a line."))
        )  # fmt: skip
    if kind == FieldKind.HIDDEN:
        found.append(
            Field(name="value", label=_("Value"), kind="text", value=one.get("value", ""),
                  max_length=200,
                  help=_("Or as the page's address gives it: …?%(name)s=value")
                  % {"name": one["name"]})
        )  # fmt: skip
    else:
        found.append(
            Field(name="required", label=_("Required"), kind="switch", value=one.get("required"))
        )
    return found


def _more(draft: Draft, at: int, kind: FieldKind) -> list[Field]:
    one = draft.fields[at]
    found = []
    if kind != FieldKind.HIDDEN:
        found.append(
            Field(name="help", label=_("Help below the field"), kind="text", max_length=500,
                  value=one.get("help", ""))
        )  # fmt: skip
    for name in form_drafts.details(kind):
        label, drawn_as = LIMITS[name]
        found.append(
            Field(name=name, label=_(label), kind=drawn_as, value=_plain(one.get(name)),
                  help=_(PATTERN_HELP) if name == "pattern" else "",
                  step="any" if name in ("minimum", "maximum") else "")
        )  # fmt: skip
    found += _condition(draft, at)
    found.append(
        Field(name="name", label=_("Name in the data"), kind="text", value=one["name"],
              max_length=40, help=_("Small letters, digits and _."))
    )  # fmt: skip
    return found


def _condition(draft: Draft, at: int) -> list[Field]:
    one, earlier = draft.fields[at], draft.fields[:at]
    choices = [(e["name"], e["label"] or e["name"]) for e in earlier if e["kind"] != "file"]
    if not choices and not one.get("shown_if"):
        return []
    found = [
        Field(name="shown_if", label=_("Shown if this field is filled in"), kind="select",
              value=one.get("shown_if", ""), options=[("", _("Always shown")), *choices])
    ]  # fmt: skip
    asked = next((e for e in earlier if e["name"] == one.get("shown_if")), None)
    if asked and asked["kind"] != FieldKind.CHECKBOX:
        found.append(_wanted(asked, one.get("shown_value", "")))
    return found


def _wanted(asked: Mapping[str, Any], value: str) -> Field:
    if not asked.get("options"):
        return Field(name="shown_value", label=_("With this value"), kind="text", value=value,
                     placeholder=_("Any"), max_length=200)  # fmt: skip
    options: fields.Options = [("", _("Any")), *((o, o) for o in asked["options"])]
    return Field(name="shown_value", label=_("With this value"), kind="select", value=value,
                 options=options)  # fmt: skip


def _plain(value: Any) -> Any:
    """3 and not 3.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _told(errors: Mapping[str, str], name: str) -> str:
    return _(errors[name]) if errors.get(name) else ""
