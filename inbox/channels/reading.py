"""Reading what providers send: JSON into checked models, headers in any spelling."""

from typing import Annotated, Any, TypeVar

import phonenumbers
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from inbox.channels.base import HookRequest, Unparsable
from inbox.envelope import FilePart

Model = TypeVar("Model", bound=BaseModel)

EXTERNAL_ID_LIMIT = 500
ADDRESS_LIMIT = 320
NAME_LIMIT = 300


def without_nul(text: str) -> str:
    """PostgreSQL takes no NUL in a text, and nobody means one."""
    return text.replace("\0", "")


def _cleaned(value: Any) -> Any:
    return without_nul(value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_cleaned)]
Line = Annotated[str, BeforeValidator(_cleaned), Field(max_length=NAME_LIMIT)]


def phone_number(value: str) -> str:
    """In E.164, so that one person has one number; short codes and names stay as they are."""
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return value
    if not phonenumbers.is_possible_number(number):
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class Reading(BaseModel):
    """Base of what is read from outside: strict in types, tolerant of what is new."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, populate_by_name=True)


class StoredFile(Reading):
    """A file that our own pages took in and stored before the item was recorded."""

    name: Line = Field(min_length=1)
    content_type: Line = Field("application/octet-stream", min_length=1)
    digest: str = Field(pattern="^[0-9a-f]{64}$")
    size: int = Field(0, ge=0)

    def part(self) -> FilePart:
        return FilePart(
            name=self.name, content_type=self.content_type, remote=f"digest:{self.digest}"
        )


def understand(model: type[Model], content: bytes) -> Model:
    """The JSON in `content` as a `model`, or Unparsable with the place that is wrong."""
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise Unparsable(first_problem(error)) from error


def first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(step) for step in problem["loc"])
    return f"{place}: {problem['msg']}" if place else problem["msg"]


def header(request: HookRequest, name: str) -> str:
    """A header's value, whatever the case of its name; empty if absent."""
    wanted = name.lower()
    return next((value for key, value in request.headers.items() if key.lower() == wanted), "")
