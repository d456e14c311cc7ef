"""A form as it is built: its texts, its fields, and what follows when it was sent."""

import hashlib
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic.config import JsonDict

from inbox.channels.base import ChannelSettings
from inbox.channels.form.fields import (
    CUSTOM,
    MOST_FIELDS,
    MOST_FILES,
    FieldKind,
    FormField,
    of_field,
    usual_fields,
)
from inbox.i18n import N_, Phrase

BUILT: JsonDict = {"kind": "elsewhere"}  # the builder's page has them, not the inbox's form
REPEATED = ("", "custom", "tags")  # more than one field may go there
RESERVED = ("consent", "stamp", "company_url")


class FormSettings(ChannelSettings):
    title: str = Field(
        "Contact us", title="Title", min_length=1, max_length=80, json_schema_extra=BUILT
    )
    intro: str = Field("", title="Introduction", max_length=1000, json_schema_extra=BUILT)
    fields: list[FormField] = Field(
        default_factory=usual_fields, title="Fields", min_length=1, max_length=MOST_FIELDS,
        json_schema_extra=BUILT,
    )  # fmt: skip
    submit: str = Field("", title="Button", max_length=40, json_schema_extra=BUILT)
    thanks: str = Field(
        "Thank you. We answer by e-mail as soon as we can.", title="Thank-you text",
        max_length=1000, json_schema_extra=BUILT,
    )  # fmt: skip
    redirect: str = Field(
        "", title="Then go to", max_length=2000, json_schema_extra=BUILT,
        description="A page of yours, instead of the thank-you text: https://…",
    )  # fmt: skip
    consent: str = Field(
        "", title="Consent text", max_length=1000, json_schema_extra=BUILT,
        description="A box to tick, if not empty.",
    )  # fmt: skip
    reply_inbox: str = Field(
        "", title="Answer by", description="The e-mail inbox from which answers go."
    )

    @field_validator("fields")
    @classmethod
    def the_fields_go_together(cls, fields: list[FormField]) -> list[FormField]:
        for number, field in enumerate(fields):
            _check_name(number, field, fields[:number])
            _check_target(number, field, fields[:number])
            _check_condition(number, field, fields[:number])
        if sum(field.kind == FieldKind.FILE for field in fields) > MOST_FILES:
            raise ValueError(Phrase("A form takes %(most)d files at most.", most=MOST_FILES))
        if not any(_reaches(field) for field in fields):
            raise ValueError(
                Phrase("Require an e-mail address or a phone number, or nobody can be answered.")
            )
        return fields

    @field_validator("redirect")
    @classmethod
    def the_redirect_is_a_page(cls, redirect: str) -> str:
        """Absolute and of the web, so that it can run nothing and lead nowhere by surprise."""
        if redirect and not is_page(redirect):
            raise ValueError(Phrase("Give a whole address, like https://example.com/thanks."))
        return redirect

    def consent_version(self) -> str:
        """Of the text as it stands: a changed text is another version."""
        return hashlib.sha256(self.consent.encode()).hexdigest()[:16] if self.consent else ""


def is_page(address: str) -> bool:
    try:
        parts = urlsplit(address)
        plain = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        return False
    return plain and address.isprintable() and not set(address) & set(" <>\"'\\;,")


def target_of(field: FormField) -> str:
    """Where its value goes; one's own fields of the contact by their name."""
    return f"{CUSTOM}{field.name}" if field.maps_to == "custom" else field.maps_to


def _reaches(field: FormField) -> bool:
    return field.maps_to in ("email", "phone") and field.required and not field.shown_if


def _check_name(number: int, field: FormField, earlier: list[FormField]) -> None:
    if field.name in RESERVED:
        raise of_field(
            f"{number}.name", N_("This name is used by the form itself. Choose another.")
        )
    if any(other.name == field.name for other in earlier):
        raise of_field(f"{number}.name", N_("Two fields have the same name. Give each its own."))


def _check_target(number: int, field: FormField, earlier: list[FormField]) -> None:
    if field.maps_to in REPEATED:
        return
    if any(other.maps_to == field.maps_to for other in earlier):
        raise of_field(f"{number}.maps_to", N_("Another field goes there already."))


def _check_condition(number: int, field: FormField, earlier: list[FormField]) -> None:
    if not field.shown_if:
        return
    asked = next((other for other in earlier if other.name == field.shown_if), None)
    if asked is None or asked.kind == FieldKind.FILE:
        raise of_field(f"{number}.shown_if", N_("Choose a field that stands before this one."))
    if asked.options and field.shown_value and field.shown_value not in asked.options:
        raise of_field(f"{number}.shown_value", N_("Choose one of what can be chosen there."))


def is_shown(field: FormField, fields: dict[str, FormField], values: dict[str, Any]) -> bool:
    """By the values of the fields before it; what depends on a field not shown isn't either."""
    if not field.shown_if:
        return True
    asked = fields[field.shown_if]
    if not is_shown(asked, fields, values):
        return False
    found = values.get(asked.name) or ""
    if asked.kind == FieldKind.CHECKBOX and field.shown_value:
        return bool(found)
    if not field.shown_value:
        return bool(found)
    return field.shown_value in (found if isinstance(found, list) else [found])
