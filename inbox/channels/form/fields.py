"""What a form asks for: kinds of field, what an answer may be, where it goes, when it is shown."""

from enum import StrEnum
from typing import Annotated

import re2
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from inbox.i18n import N_

MOST_FIELDS = 40
MOST_FILES = 5
MOST_OPTIONS = 50
LINE_LENGTH = 200
TEXT_LENGTH = 10_000
CUSTOM = "custom."  # before the name of a field of the contact's record that is one's own


class FieldKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "textarea"
    EMAIL = "email"
    PHONE = "tel"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    CHECKBOX = "checkbox"
    FILE = "file"
    HIDDEN = "hidden"


KINDS = {
    FieldKind.TEXT: N_("Text"),
    FieldKind.LONG_TEXT: N_("Long text"),
    FieldKind.EMAIL: N_("E-mail"),
    FieldKind.PHONE: N_("Phone"),
    FieldKind.NUMBER: N_("Number"),
    FieldKind.DATE: N_("Date"),
    FieldKind.CHOICE: N_("Choice"),
    FieldKind.CHOICES: N_("Several choices"),
    FieldKind.CHECKBOX: N_("Checkbox"),
    FieldKind.FILE: N_("File"),
    FieldKind.HIDDEN: N_("Hidden"),
}
TARGETS = {
    "": N_("The message, as a line"),
    "name": N_("Contact: name"),
    "email": N_("Contact: e-mail"),
    "phone": N_("Contact: phone"),
    "city": N_("Contact: city"),
    "country": N_("Contact: country"),
    "language": N_("Contact: language"),
    "custom": N_("Contact: a field of its own"),
    "subject": N_("Conversation: subject"),
    "message": N_("Conversation: message"),
    "tags": N_("Conversation: tags"),
    "priority": N_("Conversation: priority"),
}
TEXTS = (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.HIDDEN)
CHOOSING = (FieldKind.CHOICE, FieldKind.CHOICES)
ONE_LINE = (FieldKind.TEXT, FieldKind.HIDDEN, FieldKind.CHOICE)
_ANY = (*TEXTS, *CHOOSING, FieldKind.NUMBER, FieldKind.DATE, FieldKind.CHECKBOX)
FEEDS: dict[str, tuple[FieldKind, ...]] = {
    "": (*_ANY, FieldKind.EMAIL, FieldKind.PHONE, FieldKind.FILE),
    "name": ONE_LINE,
    "email": (FieldKind.EMAIL,),
    "phone": (FieldKind.PHONE,),
    "city": ONE_LINE,
    "country": ONE_LINE,
    "language": ONE_LINE,
    "custom": (*_ANY, FieldKind.EMAIL, FieldKind.PHONE),
    "subject": ONE_LINE,
    "message": TEXTS,
    "tags": (*CHOOSING, FieldKind.HIDDEN),
    "priority": (FieldKind.CHOICE, FieldKind.HIDDEN),
}
PRIORITIES = {"urgent": 4, "high": 3, "normal": 2, "low": 1, "none": 0}


def _number(value: object) -> object:
    """An empty input means no limit."""
    return None if value == "" else value


Limit = Annotated[float | None, BeforeValidator(_number)]
Length = Annotated[Annotated[int, Field(ge=0, le=TEXT_LENGTH)] | None, BeforeValidator(_number)]


class FormField(BaseModel):
    """One field. `name` is that of its values in the data; `maps_to` is one of TARGETS.

    It is shown if the field `shown_if`, which stands before it, has the value `shown_value`, or
    any value where that is empty. `pattern` is of RE2, and has to match the whole answer.
    `value` is what a hidden one says.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(pattern="^[a-z][a-z0-9_]{0,39}$")
    label: str = Field(min_length=1, max_length=120)
    kind: FieldKind = FieldKind.TEXT
    help: str = Field("", max_length=500)
    required: bool = False
    options: list[Annotated[str, Field(min_length=1, max_length=LINE_LENGTH)]] = Field(
        default_factory=list, max_length=MOST_OPTIONS
    )
    min_length: Length = None
    max_length: Length = None
    pattern: str = Field("", max_length=200)
    minimum: Limit = None
    maximum: Limit = None
    value: str = Field("", max_length=LINE_LENGTH)
    maps_to: str = ""
    shown_if: str = Field("", max_length=40)
    shown_value: str = Field("", max_length=LINE_LENGTH)

    @model_validator(mode="after")
    def its_parts_fit_together(self) -> "FormField":
        if self.kind in CHOOSING and len(set(self.options)) < max(1, len(self.options)):
            raise of_field("options", N_("Write what can be chosen, one a line, each once."))
        if self.kind != FieldKind.HIDDEN:
            self.value = ""
        if self.kind == FieldKind.HIDDEN and self.required:
            raise of_field("required", N_("A hidden field can't be required: nobody sees it."))
        if self.maps_to not in TARGETS or self.kind not in FEEDS[self.maps_to]:
            raise of_field("maps_to", N_("This kind of field can't go there."))
        if self.max_length is not None and (self.min_length or 0) > self.max_length:
            raise of_field("max_length", N_("The most is less than the least."))
        if None not in (self.minimum, self.maximum) and self.minimum > self.maximum:  # type: ignore[operator]
            raise of_field("maximum", N_("The most is less than the least."))
        if self.pattern and not compiles(self.pattern):
            raise of_field("pattern", N_("This is no pattern. Write one like [A-Z]{2}[0-9]{6}."))
        return self

    def takes(self, value: str) -> bool:
        """Whether the whole of it is of the pattern; in a time that grows with its length only."""
        return not self.pattern or re2.fullmatch(self.pattern, value) is not None

    @property
    def longest(self) -> int:
        usual = TEXT_LENGTH if self.kind == FieldKind.LONG_TEXT else LINE_LENGTH
        return min(self.max_length, usual) if self.max_length else usual


def of_field(name: str, text: str) -> PydanticCustomError:
    """An error that says itself which part of the settings to look at."""
    return PydanticCustomError("of_field", "{text}", {"field": name, "text": text})


def compiles(pattern: str) -> bool:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error:
        return False
    return True


def usual_fields() -> list[FormField]:
    """What a new form asks for."""
    return [
        FormField(name="name", label=N_("Name"), maps_to="name"),
        FormField(
            name="email", label=N_("E-mail"), kind=FieldKind.EMAIL, required=True, maps_to="email"
        ),
        FormField(name="subject", label=N_("Subject"), maps_to="subject"),
        FormField(
            name="message",
            label=N_("Message"),
            kind=FieldKind.LONG_TEXT,
            required=True,
            maps_to="message",
        ),
        FormField(name="file", label=N_("File"), kind=FieldKind.FILE),
    ]
