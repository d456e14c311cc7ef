"""A form as it is being built: read from the page, changed by its buttons, drawn again.

Each field keeps its place, `fields.3`, while the page is open, and `order` names the places from
top to bottom: a field that was dragged elsewhere is the same field.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from multidict import MultiMapping
from pydantic import ValidationError

from inbox.channels.form import FieldKind, FormField, FormSettings
from inbox.channels.form.fields import CHOOSING, FEEDS, KINDS, LINE_LENGTH, MOST_FIELDS
from inbox.folding import fold
from inbox.i18n import gettext as _

TEXTS = ("title", "intro", "submit", "thanks", "redirect", "consent")
LONGEST_NAME = 40
NATURAL = {FieldKind.EMAIL: "email", FieldKind.PHONE: "phone"}

Values = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """`fields` are as typed, each with its `place`; `focus` is what the last button leads to."""

    texts: Values = field(default_factory=dict)
    fields: list[Values] = field(default_factory=list)
    version: int = 0
    focus: str = ""

    def values(self) -> Values:
        """As the form's settings want it."""
        given = [{k: v for k, v in one.items() if k != "place"} for one in self.fields]
        return {**self.texts, "fields": given}


def of(settings: FormSettings, version: int) -> Draft:
    kept = settings.model_dump(mode="json")
    places = [{"place": str(at), **one} for at, one in enumerate(kept["fields"])]
    return Draft({name: kept[name] for name in TEXTS}, places, version)


def read(form: MultiMapping[Any]) -> Draft:
    """Whatever was typed, right or wrong, with what the button pressed does to it."""
    version = str(form.get("version", "0"))
    draft = Draft(
        texts={name: str(form.get(name, "")).strip() for name in TEXTS},
        fields=list(_fields(form)),
        version=int(version) if version.isdecimal() else 0,
    )
    change(draft, str(form.get("do", "")), str(form.get("new_kind", "")))
    return draft


def change(draft: Draft, do: str, new_kind: str = "") -> None:
    """What the button says: a verb, and the place that it means."""
    verb, _space, place = do.partition(" ")
    at = next((i for i, one in enumerate(draft.fields) if one["place"] == place), None)
    if verb == "add" and new_kind in KINDS and len(draft.fields) < MOST_FIELDS:
        _add(draft, FieldKind(new_kind))
    elif at is None:
        return
    elif verb == "remove":
        draft.fields.pop(at)
    elif verb in ("up", "down"):
        to = max(0, at - 1) if verb == "up" else at + 1
        draft.fields.insert(to, draft.fields.pop(at))
        draft.focus = f"{verb} {place}"


def preview(draft: Draft) -> FormSettings:
    """As much of it as can be drawn already."""
    found: list[FormField] = []
    for one in draft.values()["fields"]:
        try:
            made = FormField.model_validate(one)
        except ValidationError:
            continue
        names = {other.name for other in found}
        if made.shown_if not in {"", *names}:
            made.shown_if = ""
        if made.name not in names:
            found.append(made)
    texts = {name: draft.texts.get(name, "") for name in TEXTS if name != "redirect"}
    return FormSettings.model_construct(**{**texts, "fields": found})


def _fields(form: MultiMapping[Any]) -> Iterator[Values]:
    places = dict.fromkeys(str(place) for place in form.getall("order", []))
    taken: set[str] = set()
    for place in list(places)[:MOST_FIELDS]:
        one = {"place": place, **_field(form, f"fields.{place}.")}
        one["name"] = one["name"] or _free_name(one["label"] or one["kind"], taken)
        taken.add(one["name"])
        yield one


def _field(form: MultiMapping[Any], prefix: str) -> Values:
    """Only what its kind asks for; what it had of another kind before is gone."""
    typed = {name: str(form.get(prefix + name, "")).strip() for name in FormField.model_fields}
    kind = typed["kind"] if typed["kind"] in KINDS else FieldKind.TEXT
    found: Values = {
        **typed,
        "kind": str(kind),
        "required": typed["required"] == "true" and kind != FieldKind.HIDDEN,
        "options": _lines(typed["options"]) if kind in CHOOSING else [],
        "maps_to": typed["maps_to"] if kind in FEEDS.get(typed["maps_to"], ()) else "",
        "shown_value": typed["shown_value"] if typed["shown_if"] else "",
    }
    own = set(details(FieldKind(kind)))
    limits = ("min_length", "max_length", "pattern", "minimum", "maximum")
    return {name: value for name, value in found.items() if name not in limits or name in own}


def details(kind: FieldKind) -> tuple[str, ...]:
    """The limits that there are for a kind."""
    if kind == FieldKind.NUMBER:
        return ("minimum", "maximum")
    if kind == FieldKind.TEXT:
        return ("min_length", "max_length", "pattern")
    return ("min_length", "max_length") if kind == FieldKind.LONG_TEXT else ()


def _lines(text: str) -> list[str]:
    return [line.strip()[:LINE_LENGTH] for line in text.splitlines() if line.strip()]


def _add(draft: Draft, kind: FieldKind) -> None:
    place = str(max((int(one["place"]) for one in draft.fields if one["place"].isdecimal()),
                    default=-1) + 1)  # fmt: skip
    taken = {one["name"] for one in draft.fields}
    mapped = {one.get("maps_to") for one in draft.fields}
    label = _(KINDS[kind])
    natural = NATURAL.get(kind, "")
    draft.fields.append(
        {
            "place": place, "label": label, "kind": str(kind), "required": False,
            "name": _free_name(label, taken), "maps_to": "" if natural in mapped else natural,
            "options": [_("First"), _("Second")] if kind in CHOOSING else [],
        }
    )  # fmt: skip
    draft.focus = f"fields.{place}.label"


def _free_name(label: str, taken: set[str]) -> str:
    """Made of the label, and of no other field."""
    base = re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")[: LONGEST_NAME - 4]
    base = base if base[:1].isalpha() else f"field_{base}".rstrip("_")
    return next(
        name
        for n in range(len(taken) + 1)
        if (name := f"{base}_{n + 1}" if n else base) not in taken
    )
