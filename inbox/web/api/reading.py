"""What programs send, checked: sound JSON, known fields only, and remedies in words."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from inbox import clock
from inbox.desk.accounts import validate
from inbox.errors import InboxError, Invalid
from inbox.i18n import Phrase

DEEPEST = 32
LARGEST_PAGE = 200
PAGE = 50


class Malformed(InboxError):
    """This request can't be understood. Send JSON in UTF-8."""

    code = "bad_request"


class Input(BaseModel):
    """A field that is not known is an error, since nobody would see what it lost."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Paged(Input):
    """The query of a list: go on where `next` of the page before says."""

    cursor: str = Field("", max_length=200, description="`next` of the page before")
    limit: int = Field(PAGE, ge=1, le=LARGEST_PAGE, description="how many at the most")


Shape = TypeVar("Shape", bound=BaseModel)
Name = Annotated[str, Field(min_length=1, max_length=300)]
Words = Annotated[str, Field(max_length=100_000)]
Moment = Annotated[
    AwareDatetime, AfterValidator(clock.in_utc), Field(examples=["2026-05-04T09:30:00+02:00"])
]
Id = Annotated[str, Field(min_length=1, max_length=25)]


def read_body(model: type[Shape], content: bytes) -> Shape:
    """Malformed for what is no sound JSON, Invalid for what does not fit the model."""
    try:
        values = orjson.loads(content or b"{}")
    except orjson.JSONDecodeError as error:
        raise Malformed(
            Phrase("The body is not JSON in UTF-8: %(problem)s.", problem=str(error))
        ) from None
    if not isinstance(values, dict):
        raise Malformed("The body must be a JSON object: {…}.")
    _refuse_unsound(values)
    return _validated(model, values)


def read_query(model: type[Shape], query: Mapping[str, str]) -> Shape:
    _refuse_nul(query.values())
    _refuse_nul(query.keys())
    return _validated(model, query)


def read_path(path: Mapping[str, str]) -> dict[str, str]:
    _refuse_nul(path.values())
    return dict(path)


def changes(body: BaseModel, *nullable: str) -> dict[str, Any]:
    """What is to change: only what was given, and null only where that is a value."""
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    empty = [name for name, value in given.items() if value is None and name not in nullable]
    if empty:
        raise Invalid(fields=dict.fromkeys(empty, "Give a value, or leave the field out."))
    return given


def any_of(*names: str) -> ConfigDict:
    """For the description: at least one of these has something in it."""
    filled: Any = {"pattern": r"\S", "minItems": 1}
    return ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": [name], "properties": {name: filled}} for name in names]
        }
    )


def no_null(*nullable: str) -> ConfigDict:
    """For the description of `changes`: left out is not the same as null."""

    def drop(schema: dict[str, Any]) -> None:
        for name, field in schema["properties"].items():
            field.pop("default", None)
            kinds = [kind for kind in field.pop("anyOf", []) if kind != {"type": "null"}]
            if name in nullable:
                kinds.append({"type": "null"})
            if len(kinds) == 1:
                field |= {**kinds[0], **field}
            elif kinds:
                field["anyOf"] = kinds

    return ConfigDict(json_schema_extra=drop)


def wrong(field: str, text: str) -> PydanticCustomError:
    """For validators that look at several fields: the error stands under one of them."""
    return PydanticCustomError("of_field", "{text}", {"field": field, "text": text})


def _validated(model: type[Shape], values: Mapping[str, Any]) -> Shape:
    """Who spelt a field wrong is told which there are."""
    try:
        found: Shape = validate(model, values)
    except Invalid as error:
        unknown = set(error.fields) - set(model.model_fields)
        there_are = ", ".join(model.model_fields) or "none"
        told = {
            name: Phrase("There is no such field. There are: %(names)s.", names=there_are)
            for name in unknown
            if name in values
        }
        raise Invalid(fields={**error.fields, **told}) from None
    return found


def _refuse_nul(texts: Iterable[str]) -> None:
    """No database keeps one, and nobody means one."""
    for text in texts:
        if "\0" in text:
            raise Malformed("The character NUL can't be taken. Leave it out.")


def _refuse_unsound(value: Any, depth: int = 0) -> None:
    if depth > DEEPEST:
        raise Malformed(Phrase("The body is nested deeper than %(count)s levels.", count=DEEPEST))
    if isinstance(value, str):
        _refuse_nul([value])
    elif isinstance(value, dict):
        _refuse_nul(value)
        for inner in value.values():
            _refuse_unsound(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _refuse_unsound(inner, depth + 1)
