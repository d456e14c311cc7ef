"""What a report is: columns, and rows that a few set-based queries give for a span of days."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox import ids
from inbox.errors import Invalid
from inbox.i18n import Phrase
from inbox.model import Conversation

LONGEST = 366  # days
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` says how a value is shown; a duration is in seconds, None where there is nothing."""

    name: str
    label: str
    kind: Literal["text", "number", "duration", "day"] = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """From the first day to the last, in a time zone; of one team, in inboxes that may be seen."""

    first: date
    last: date
    zone: ZoneInfo
    team_id: str | None = None
    inbox_ids: Collection[str] | None = None

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise Invalid(fields={"until": "Give a day that is not before the first one."})
        if (self.last - self.first).days >= LONGEST:
            raise Invalid(
                fields={"since": Phrase("Give at most %(days)d days at once.", days=LONGEST)}
            )

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def span(self, column: Any) -> sa.ColumnElement[bool]:
        """Ids sort by age in every table, so their index serves the time."""
        start = datetime.combine(self.first, time(), self.zone)
        end = datetime.combine(self.last + timedelta(days=1), time(), self.zone)
        return sa.and_(column >= ids.first_at(start), column < ids.first_at(end))

    def of_conversations(self) -> list[sa.ColumnElement[bool]]:
        """On a query that has Conversation."""
        found: list[sa.ColumnElement[bool]] = []
        if self.team_id:
            found.append(col(Conversation.team_id) == self.team_id)
        if self.inbox_ids is not None:
            found.append(col(Conversation.inbox_id).in_(self.inbox_ids))
        return found

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


class Report(ABC):
    """`bar` names the column that is drawn as bars."""

    slug: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]
    columns: ClassVar[Sequence[Column]]
    bar: ClassVar[str]

    @abstractmethod
    def rows(self, session: Session, scope: Scope) -> list[Row]:
        """A value for each column."""


def hour_of(session: Session, column: Any) -> sa.ColumnElement[str]:
    """2026-11-25 14, in UTC: few enough to be put into days of any time zone afterwards."""
    if session.get_bind().dialect.name == "sqlite":
        return sa.func.substr(sa.cast(column, sa.String), 1, 13)
    return sa.func.to_char(sa.func.timezone("UTC", column), "YYYY-MM-DD HH24")


def by_day(scope: Scope, hours: Iterable[tuple[str, int]]) -> dict[date, int]:
    """Numbers of hours as numbers of days."""
    found = dict.fromkeys(scope.days, 0)
    for hour, number in hours:
        moment = datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC)
        day = scope.day_of(moment)
        if day in found:
            found[day] += number
    return found


def percentile(values: Sequence[float], part: float) -> int | None:
    """The nearest rank, of sorted values."""
    if not values:
        return None
    return round(values[min(len(values) - 1, int(len(values) * part))])
