"""What a program of somebody else's hands in as a customer's message, checked field by field."""

import base64
import binascii
from typing import Annotated

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from inbox.channels.reading import EXTERNAL_ID_LIMIT, Line, Text, phone_number
from inbox.envelope import Address, AddressKind, FilePart, InboundEnvelope
from inbox.errors import Invalid
from inbox.richtext import sanitize, to_text

MAX_ATTACHMENTS = 50
_url = TypeAdapter(AnyHttpUrl)

REMEDIES = {
    "missing": "is missing; give it",
    "extra_forbidden": "is not known here; leave it out or correct its name",
    "string_type": "must be a text",
    "string_too_short": "must not be empty",
    "timezone_aware": "needs a time zone, as in 2026-05-04T09:30:00+02:00",
    "json_invalid": "must be JSON in UTF-8",
}


def _is_base64(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("must be base64 without line breaks") from None
    return text


def _is_url(text: str) -> str:
    try:
        _url.validate_python(text)
    except ValidationError:
        raise ValueError("must be an http or https address") from None
    return text


class Arriving(BaseModel):
    """A misspelt field is an error, since nobody would see what it lost."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ApiSender(Arriving):
    kind: AddressKind = AddressKind.EXTERNAL
    value: Line = Field(min_length=1)
    name: Line = ""


class ApiAttachment(Arriving):
    """The bytes in base64, or an address from which to fetch them."""

    name: Line = Field(min_length=1)
    content_type: Line = Field("application/octet-stream", min_length=1)
    content_base64: Annotated[str, AfterValidator(_is_base64)] | None = None
    url: Annotated[str, AfterValidator(_is_url)] | None = None

    @model_validator(mode="after")
    def one_source(self) -> "ApiAttachment":
        if (self.content_base64 is None) == (self.url is None):
            raise ValueError("give either content_base64 or url")
        return self

    def part(self) -> FilePart:
        content = None if self.content_base64 is None else base64.b64decode(self.content_base64)
        return FilePart(
            name=self.name, content_type=self.content_type, content=content, remote=self.url or ""
        )


class ApiArrival(Arriving):
    """`external_id` makes a repeat harmless; `thread` keeps a conversation together."""

    external_id: Text = Field(min_length=1, max_length=EXTERNAL_ID_LIMIT)
    sender: ApiSender
    text: Text = ""
    html: Text = ""
    subject: Text = Field("", max_length=500)
    thread: Line | None = None
    attachments: list[ApiAttachment] = Field(default=[], max_length=MAX_ATTACHMENTS)
    sent_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def says_something(self) -> "ApiArrival":
        if not (self.text.strip() or self.html.strip() or self.attachments):
            raise ValueError("give a text, an html or an attachment")
        return self

    def envelope(self) -> InboundEnvelope:
        sender = Address(kind=self.sender.kind, value=self._value(), name=self.sender.name)
        html = sanitize(self.html)
        return InboundEnvelope(
            external_id=self.external_id,
            sender=sender,
            text=self.text if self.text.strip() else to_text(html),
            html=html,
            subject=self.subject,
            thread=self.thread,
            files=tuple(attachment.part() for attachment in self.attachments),
            sent_at=self.sent_at,
        )

    def _value(self) -> str:
        """Normalised, so that the same person is found again."""
        value = self.sender.value
        if self.sender.kind == AddressKind.EMAIL:
            return value.lower()
        is_number = self.sender.kind in (AddressKind.PHONE, AddressKind.WHATSAPP)
        return phone_number(value) if is_number else value


def read_arrival(content: bytes) -> ApiArrival:
    """Raises Invalid, with each bad field, what is wrong with it and what would do."""
    try:
        return ApiArrival.model_validate_json(content)
    except ValidationError as error:
        raise Invalid(fields=_explained(error)) from error


def _explained(error: ValidationError) -> dict[str, str]:
    found = {}
    for problem in error.errors(include_url=False, include_input=False):
        place = ".".join(str(step) for step in problem["loc"]) or "body"
        words = problem["msg"].removeprefix("Value error, ")
        found[place] = REMEDIES.get(problem["type"], words)
    return found
