"""The moments that agents choose, in their own zone: this evening, tomorrow morning, a date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from inbox import clock
from inbox.errors import Invalid
from inbox.i18n import N_

Week = Mapping[str, Sequence[Sequence[str]]]

MORNING = time(9)  # where no business hours say when the day begins
EVENING = time(18)
LATER = timedelta(hours=3)
STEP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Choice:
    """`name` is later, evening, tomorrow, monday or week; `at` is in UTC."""

    name: str
    at: datetime


def choices(now: datetime, zone: str, week: Week | None = None) -> list[Choice]:
    """The usual ones, none of them over; `week` is the plan of the business hours."""
    here = now.astimezone(ZoneInfo(zone))
    today = here.date()
    found = [Choice("later", _round_up(now + LATER))]
    if here.time() < time(EVENING.hour - 2):
        found.append(Choice("evening", _at(today, EVENING, zone)))
    days = {
        "tomorrow": today + timedelta(days=1),
        "monday": today + timedelta(days=7 - today.weekday()),
        "week": today + timedelta(days=7),
    }
    for name, day in days.items():
        found.append(Choice(name, _at(day, _beginning(week or {}, day), zone)))
    return found


def chosen(text: str, zone: str, *, field: str) -> datetime | None:
    """From a form: a moment with its offset, or a wall-clock time of the agent's zone."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(
            fields={field: N_("Give a date and a time, like 2026-11-25T09:00.")}
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    try:
        return clock.in_utc(moment)
    except ValueError as error:
        raise Invalid(fields={field: str(error)}) from None


def _beginning(week: Week, day: date) -> time:
    """Of that day's work; a day off begins like the first one that has work."""
    spans = week.get(str(day.weekday())) or next((s for s in week.values() if s), [])
    starts = sorted(opens for opens, _ in spans)
    return time.fromisoformat(starts[0]) if starts else MORNING


def _at(day: date, clock_time: time, zone: str) -> datetime:
    return datetime.combine(day, clock_time, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _round_up(moment: datetime) -> datetime:
    over = timedelta(
        minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond
    )
    return moment - over + STEP if over else moment
