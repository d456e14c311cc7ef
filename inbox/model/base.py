"""What every row has: an id known before the insert, and times in UTC."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, LargeBinary, String, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

from inbox import clock, ids
from inbox.i18n import Phrase, cut

__all__ = ["JSON", "EnumText", "FoldedText", "LargeBinary", "Record", "SentenceText", "UtcDateTime"]


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite forgets the zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the store")
        return value if value.tzinfo is UTC else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(TypeDecorator[StrEnum]):
    """A StrEnum kept as plain text, so that a new member needs no migration."""

    impl = String(32)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        self.enum = enum
        super().__init__()

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else str(self.enum(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        return None if value is None else self.enum(value)


class SentenceText(TypeDecorator[str]):
    """A sentence for people; a phrase is kept with its parts, so that each reads it in their own.

    One that is longer than `longest` characters is cut, and a phrase is then no more than its text.
    """

    impl = Text
    cache_ok = True
    MARK = "\x1f"  # stands before the parts of a phrase, and in no sentence

    def __init__(self, longest: int) -> None:
        self.longest = longest
        super().__init__()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        value = cut(value, self.longest)
        if isinstance(value, Phrase):
            parts = json.dumps(value.stored(), ensure_ascii=False)
            return self.MARK + parts.replace("\\u0000", "")
        return value.replace(self.MARK, "").replace("\0", "")

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None or not value.startswith(self.MARK):
            return value
        phrase: Phrase = Phrase.restored(json.loads(value.removeprefix(self.MARK)))
        return phrase


# by its bytes, so that every database sorts alike
FoldedText = String(300).with_variant(String(300, collation="C"), "postgresql")


class Record(SQLModel):
    """The columns that every table has."""

    id: str = Field(default_factory=ids.new, primary_key=True, max_length=25)
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    updated_at: datetime = Field(
        default_factory=clock.now, sa_type=UtcDateTime, sa_column_kwargs={"onupdate": clock.now}
    )
