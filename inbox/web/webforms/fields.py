"""The fields that a form asks for, as they are drawn, and what is wrong with what was filled in."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from inbox.channels.form import FieldKind, FormField, FormSettings
from inbox.channels.form.fields import CHOOSING
from inbox.channels.form.settings import is_shown
from inbox.i18n import gettext as _
from inbox.web.fields import Field

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re.compile(r"(?=(?:\D*\d){5})\+?[\d\s()/.-]{5,30}")
CONSENT = "consent"
TICKED = "yes"
DRAWN_AS = {FieldKind.CHOICE: "select", FieldKind.CHOICES: "checks"}
AUTOCOMPLETE = {"name": "name", "email": "email", "phone": "tel", "city": "address-level2"}

Values = Mapping[str, Any]  # text, or a list of what was chosen, by the field's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A field and how it is drawn; `condition` says in words when it is to be filled in."""

    field: FormField
    spec: Field
    condition: str = ""
    shown: bool = True

    @property
    def value(self) -> Any:
        """What counts of what was given: nothing, if it was not asked for."""
        return self.spec.value if self.shown else ""


def empty(settings: FormSettings, given: Values) -> list[Asked]:
    """As the page is first shown; `given` by its address fills in what can be seen or is hidden."""
    values = {
        field.name: [given[field.name]] if field.kind == FieldKind.CHOICES else given[field.name]
        for field in settings.fields
        if given.get(field.name) and field.kind != FieldKind.FILE
    }
    return _asked(settings, values, judged=False)


def filled(settings: FormSettings, values: Values) -> list[Asked]:
    """With what was given and what is wrong with it."""
    return _asked(settings, values, judged=True)


def consent_of(settings: FormSettings, values: Values, *, judged: bool) -> Field | None:
    if not settings.consent:
        return None
    value = TICKED if values.get(CONSENT) else ""
    return Field(
        name=CONSENT, label=_("Consent"), help=settings.consent, kind="checkbox", required=True,
        value=value, error=_("Tick this box to go on.") if judged and not value else "",
    )  # fmt: skip


def translated(text: str) -> str:
    """The usual words of a form are known in the reader's language; others stay."""
    return _(text) if text else ""


def _asked(settings: FormSettings, values: Values, *, judged: bool) -> list[Asked]:
    by_name = {field.name: field for field in settings.fields}
    given = {field.name: values.get(field.name) or field.value or "" for field in settings.fields}
    found = []
    for field in settings.fields:
        shown, value = is_shown(field, by_name, given), given[field.name]
        error = problem(field, value) if judged and shown else ""
        asked = Asked(
            field=field,
            spec=_spec(field, value, error),
            condition=_condition(field, by_name),
            shown=shown,
        )
        found.append(asked)
    return found


def _spec(field: FormField, value: Any, error: str) -> Field:
    options = [(option, option) for option in field.options]
    if field.kind == FieldKind.CHOICE:
        options = [("", _("Choose…")), *options]
    is_text = field.kind in (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.EMAIL, FieldKind.PHONE)
    return Field(
        name=field.name, label=translated(field.label), kind=DRAWN_AS.get(field.kind, field.kind),
        value=value, help=field.help, error=error, required=field.required, options=options,
        minimum=_plain(field.minimum), maximum=_plain(field.maximum),
        max_length=field.longest if is_text else None,
        min_length=field.min_length if is_text else None,
        step="any" if field.kind == FieldKind.NUMBER else "",
        pattern=field.pattern if field.kind == FieldKind.TEXT else "",
        conditional=bool(field.shown_if), autocomplete=AUTOCOMPLETE.get(field.maps_to, ""),
    )  # fmt: skip


def _condition(field: FormField, fields: Mapping[str, FormField]) -> str:
    """For those whose browser can't hide it."""
    if not field.shown_if:
        return ""
    asked = fields[field.shown_if]
    label = translated(asked.label)
    if asked.kind == FieldKind.CHECKBOX:
        return _("Only if you tick “%(label)s”.") % {"label": label}
    if not field.shown_value:
        return _("Only if you fill in “%(label)s”.") % {"label": label}
    words = {"label": label, "value": field.shown_value}
    return _("Only if “%(label)s” is “%(value)s”.") % words


def problem(field: FormField, value: Any) -> str:
    """What is wrong with an answer, and what would do; empty if nothing is."""
    if not value:
        return _missing(field) if field.required else ""
    if field.kind in CHOOSING:
        chosen = value if isinstance(value, list) else [value]
        return "" if set(chosen) <= set(field.options) else _("Choose from the list.")
    if field.kind == FieldKind.NUMBER:
        return _number_problem(field, value)
    if field.kind == FieldKind.DATE:
        return "" if _is_date(value) else _("Write a date, like 2026-11-25.")
    return "" if field.kind == FieldKind.FILE else _text_problem(field, value)


def _text_problem(field: FormField, value: str) -> str:
    length = len(value.replace("\r\n", "\n"))
    if length > field.longest:
        return _("Use %(limit)d characters at most.") % {"limit": field.longest}
    if field.min_length and length < field.min_length:
        return _("Use %(limit)d characters at least.") % {"limit": field.min_length}
    if field.kind == FieldKind.EMAIL and not EMAIL.fullmatch(value):
        return _("Write a whole address, like ana@example.com.")
    if field.kind == FieldKind.PHONE and not PHONE.fullmatch(value):
        return _("Write a phone number, like +381 21 555 333.")
    if not field.takes(value):
        return _("This is not written as it has to be.")
    return ""


def _number_problem(field: FormField, value: str) -> str:
    number = _number(value)
    if number is None:
        return _("Give a number.")
    if field.minimum is not None and number < field.minimum:
        return _("Give a number from %(ge)s up.") % {"ge": _plain(field.minimum)}
    if field.maximum is not None and number > field.maximum:
        return _("Give a number up to %(le)s.") % {"le": _plain(field.maximum)}
    return ""


def _number(value: str) -> float | None:
    """Also with a comma, as many people write it."""
    try:
        number = float(value.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _plain(number: float | None) -> float | None:
    """3 and not 3.0."""
    return int(number) if number is not None and number.is_integer() else number


def _missing(field: FormField) -> str:
    words = {
        FieldKind.CHECKBOX: _("Tick this box to go on."),
        FieldKind.FILE: _("Choose a file."),
        FieldKind.CHOICE: _("Choose one."),
        FieldKind.CHOICES: _("Choose one or more."),
    }
    return words.get(field.kind, _("Fill this in."))


def specs(asked: Sequence[Asked], consent: Field | None) -> list[Field]:
    """All that can be wrong, in the order of the page."""
    return [*(one.spec for one in asked), *([consent] if consent else [])]
