"""The fields that a form's settings ask for, and what is wrong with what was filled in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from inbox.channels.form import FormSettings
from inbox.i18n import gettext as _
from inbox.web.fields import Field

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re.compile(r"\+?[\d\s()/.-]{5,30}")
LINE_LENGTH = 200
TEXT_LENGTH = 10_000
CONSENT = "consent"
FILE = "file"


def fields_of(settings: FormSettings) -> list[Field]:
    """In the order of the page; consent is the last."""
    fields = [*_standard(settings), *_extra(settings)]
    if settings.ask_message != "off":
        fields.append(_message(settings.ask_message == "required"))
    if settings.ask_file != "off":
        required = settings.ask_file == "required"
        fields.append(Field(name=FILE, label=_("File"), kind="file", required=required))
    return fields


def consent_of(settings: FormSettings) -> Field | None:
    if not settings.consent:
        return None
    return Field(
        name=CONSENT, label=_("Consent"), help=settings.consent, kind="checkbox", required=True
    )


def filled(fields: Sequence[Field], values: Mapping[str, str]) -> list[Field]:
    """The same fields with what was given and what is wrong with it."""
    return [
        replace(field, value=value, error=_problem(field, value))
        for field in fields
        for value in [values.get(field.name, "").strip()]
    ]


def _standard(settings: FormSettings) -> list[Field]:
    asked: Sequence[tuple[str, str, dict[str, Any]]] = (
        (settings.ask_name, "name", {"label": _("Name"), "kind": "text", "autocomplete": "name"}),
        (
            settings.ask_email,
            "email",
            {"label": _("E-mail"), "kind": "email", "autocomplete": "email"},
        ),
        (settings.ask_phone, "phone", {"label": _("Phone"), "kind": "tel", "autocomplete": "tel"}),
        (settings.ask_subject, "subject", {"label": _("Subject"), "kind": "text"}),
    )
    return [
        Field(name=name, required=use == "required", max_length=LINE_LENGTH, **shape)
        for use, name, shape in asked
        if use != "off"
    ]


def _extra(settings: FormSettings) -> list[Field]:
    return [
        Field(
            name=f"extra.{extra.name}",
            label=extra.label,
            kind="text",
            required=extra.required,
            max_length=LINE_LENGTH,
        )
        for extra in settings.extra()
    ]


def _message(required: bool) -> Field:
    return Field(
        name="message",
        label=_("Message"),
        kind="textarea",
        required=required,
        max_length=TEXT_LENGTH,
    )


def _problem(field: Field, value: str) -> str:
    if not value:
        return _missing(field) if field.required else ""
    if field.max_length and len(value.replace("\r\n", "\n")) > field.max_length:
        return _("Use %(limit)d characters at most.") % {"limit": field.max_length}
    if field.kind == "email" and not EMAIL.fullmatch(value):
        return _("Write a whole address, like ana@example.com.")
    if field.kind == "tel" and not PHONE.fullmatch(value):
        return _("Write a phone number, like +381 21 555 333.")
    return ""


def _missing(field: Field) -> str:
    if field.kind == "checkbox":
        return _("Tick this box to go on.")
    return _("Choose a file.") if field.kind == "file" else _("Fill this in.")
