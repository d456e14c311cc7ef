"""Calls and meetings in a file: CSV with headings, a JSON list, or JSON Lines; each error named."""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from inbox import clock
from inbox.desk import accounts
from inbox.desk.interactions import LEEWAY, LONGEST_SECONDS
from inbox.errors import Invalid
from inbox.i18n import N_, Phrase
from inbox.model import InteractionKind

MOST_ROWS = 20_000
MOST_TOLD = 200  # problems
LONGEST_MINUTES = LONGEST_SECONDS // 60


def _listed(value: Any) -> Any:
    """A JSON list of names; a CSV cell has them with commas between."""
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _nothing(value: Any) -> Any:
    """An empty cell."""
    return None if value == "" else value


class Row(BaseModel):
    """One interaction. Of the contact an e-mail address or a phone number is given."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="forbid", coerce_numbers_to_str=True)

    kind: InteractionKind
    direction: Literal["incoming", "outgoing"] = "incoming"
    at: datetime
    email: str = Field("", max_length=254, pattern=r"^([^@\s]+@[^@\s]+)?$")
    phone: str = Field("", max_length=20, pattern=r"^(\+[1-9]\d{5,14})?$")
    name: str = Field("", max_length=300)
    minutes: Annotated[
        Annotated[float, Field(ge=0, le=LONGEST_MINUTES)] | None, BeforeValidator(_nothing)
    ] = None
    participants: Annotated[str, BeforeValidator(_listed)] = Field("", max_length=1000)
    outcome: str = Field("", max_length=300)
    text: str = Field("", max_length=100_000)
    external_id: str = Field("", max_length=200)

    @field_validator("at")
    @classmethod
    def at_has_been(cls, at: datetime) -> datetime:
        if at.tzinfo and at > clock.now() + LEEWAY:
            raise ValueError(Phrase("This time is still to come. Log what has been."))
        return at


@dataclass(frozen=True, slots=True)
class Problem:
    """`row` as a spreadsheet counts: the headings are row 1; of JSON the first is 1."""

    row: int
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Read:
    rows: list[Row]
    problems: list[Problem]


def read(content: bytes, name: str, zone: str) -> Read:
    """Times without an offset are of `zone`. Raises Invalid for what is no such file at all."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(fields={"file": N_("Save the file in UTF-8.")}) from None
    is_json = name.lower().endswith((".json", ".jsonl", ".ndjson"))
    found: list[Row] = []
    problems: list[Problem] = []
    for number, values in _json(text) if is_json else _csv(text):
        if len(found) + len(problems) >= MOST_ROWS:
            most = Phrase("A file has %(most)d rows at most. Split it.", most=MOST_ROWS)
            raise Invalid(fields={"file": most})
        row, wrong = _row(values, zone)
        found += [row] if row else []
        problems += [Problem(number, field, told) for field, told in wrong.items()]
    if not found and not problems:
        raise Invalid(fields={"file": N_("There is no row in this file.")})
    return Read(found, problems[:MOST_TOLD])


def _row(values: Any, zone: str) -> tuple[Row | None, Mapping[str, str]]:
    if not isinstance(values, dict):
        return None, {"": N_("Give an object with fields: {…}.")}
    try:
        row: Row = accounts.validate(Row, values)
    except Invalid as error:
        return None, error.fields
    if not (row.email or row.phone):
        return None, {"email": N_("Give an e-mail address or a phone number.")}
    if not (row.text or row.outcome):
        return None, {"text": N_("Write what was said, or the outcome.")}
    row.at = clock.in_utc(row.at if row.at.tzinfo else row.at.replace(tzinfo=ZoneInfo(zone)))
    row.email = row.email.lower()
    row.external_id = row.external_id or _made_id(row)
    return row, {}


def _made_id(row: Row) -> str:
    """Of what it says, so that the same file twice is the same interactions."""
    said = row.model_dump_json(exclude={"external_id"})
    return f"row:{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def _csv(text: str) -> Iterator[tuple[int, Any]]:
    """Commas, semicolons or tabs, whichever the headings have most of."""
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for number, values in enumerate(reader, 2):
            if any(value for value in values.values()):
                yield number, _cells(values)
    except csv.Error as error:
        told = Phrase("Row %(row)d can't be read: %(error)s.", row=number + 1, error=str(error))
        raise Invalid(fields={"file": told}) from None


def _cells(values: Mapping[str | None, Any]) -> dict[str, Any]:
    """Empty cells are left out, so that what has a usual value gets it."""
    found = {str(name).strip().lower(): value for name, value in values.items() if name and value}
    more = values.get(None)
    return {**found, "": more} if more else found


def _json(text: str) -> Iterator[tuple[int, Any]]:
    """Lines, if the first of them is whole in itself; else one list, or {"items": […]}."""
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        if len(lines) > 1 and lines[0].strip().endswith("}"):
            yield from enumerate(map(orjson.loads, lines), 1)
            return
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        told = Phrase("This is not JSON: %(error)s.", error=str(error))
        raise Invalid(fields={"file": told}) from None
    items = found.get("items", [found]) if isinstance(found, dict) else found
    if not isinstance(items, list):
        raise Invalid(fields={"file": N_("Give a list of objects.")})
    yield from enumerate(items, 1)
