"""The fields that a form's settings ask for, and what is wrong with what was filled in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from inbox.channels.form import FormSettings
from inbox.i18n import gettext as _

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re.compile(r"\+?[\d\s()/.-]{5,30}")
LINE_LENGTH = 200
TEXT_LENGTH = 10_000
CONSENT = "consent"
FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """What `components/field.html` draws."""

    name: str
    label: str
    kind: str = "text"
    required: bool = False
    value: str = ""
    error: str = ""
    help: str = ""
    autocomplete: str = ""
    max_length: int | None = LINE_LENGTH
    placeholder: str = ""
    minimum: None = None
    maximum: None = None
    options: Sequence[tuple[str, str]] = ()
    autofocus: bool = False
    is_extra: bool = False


def fields_of(settings: FormSettings) -> list[FormField]:
    """In the order of the page; consent is the last."""
    fields = [*_standard(settings), *_extra(settings)]
    if settings.ask_message != "off":
        fields.append(_message(settings.ask_message == "required"))
    if settings.ask_file != "off":
        required = settings.ask_file == "required"
        fields.append(
            FormField(name=FILE, label=_("File"), kind="file", required=required, max_length=None)
        )
    return fields


def consent_of(settings: FormSettings) -> FormField | None:
    if not settings.consent:
        return None
    return FormField(name=CONSENT, label=settings.consent, kind="checkbox", required=True)


def filled(fields: Sequence[FormField], values: Mapping[str, str]) -> list[FormField]:
    """The same fields with what was given and what is wrong with it."""
    return [
        replace(field, value=value, error=_problem(field, value))
        for field in fields
        for value in [values.get(field.name, "").strip()]
    ]


def _standard(settings: FormSettings) -> list[FormField]:
    asked: Sequence[tuple[str, str, dict[str, Any]]] = (
        (settings.ask_name, "name", {"label": _("Name"), "autocomplete": "name"}),
        (
            settings.ask_email,
            "email",
            {"label": _("E-mail"), "kind": "email", "autocomplete": "email"},
        ),
        (settings.ask_phone, "phone", {"label": _("Phone"), "kind": "tel", "autocomplete": "tel"}),
        (settings.ask_subject, "subject", {"label": _("Subject")}),
    )
    return [
        FormField(name=name, required=use == "required", **shape)
        for use, name, shape in asked
        if use != "off"
    ]


def _extra(settings: FormSettings) -> list[FormField]:
    return [
        FormField(name=f"extra.{extra.name}", label=extra.label, required=extra.required,
                  is_extra=True)
        for extra in settings.extra()
    ]  # fmt: skip


def _message(required: bool) -> FormField:
    return FormField(
        name="message",
        label=_("Message"),
        kind="textarea",
        required=required,
        max_length=TEXT_LENGTH,
    )


def _problem(field: FormField, value: str) -> str:
    if not value:
        return _missing(field) if field.required else ""
    if field.max_length and len(value.replace("\r\n", "\n")) > field.max_length:
        return _("Use %(limit)d characters at most.") % {"limit": field.max_length}
    if field.kind == "email" and not EMAIL.fullmatch(value):
        return _("Write a whole address, like ana@example.com.")
    if field.kind == "tel" and not PHONE.fullmatch(value):
        return _("Write a phone number, like +381 21 555 333.")
    return ""


def _missing(field: FormField) -> str:
    if field.kind == "checkbox":
        return _("Tick this box to go on.")
    return _("Choose a file.") if field.kind == "file" else _("Fill this in.")
