"""Calendar arithmetic: open or not, when next, and how long between two moments.

A week's times are wall-clock times of its zone. A time that the clock shows twice counts the
first time. An interval that ends at or before its start goes on into the next day. On a holiday
nothing opens, and what began the evening before ends at midnight.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from inbox.model import BusinessHours

DAY = timedelta(days=1)
SEARCH_DAYS = 400  # who opens on no day of a year never opens

Interval = tuple[datetime, datetime]


def is_open(hours: BusinessHours, holidays: Collection[date], moment: datetime) -> bool:
    """The start belongs to the interval, the end does not."""
    today = _local_day(hours, moment)
    return any(
        start <= moment < end
        for day in (today - DAY, today)
        for start, end in _intervals(hours, holidays, day)
    )


def next_opening(
    hours: BusinessHours, holidays: Collection[date], moment: datetime
) -> datetime | None:
    """`moment` itself if open; None for those who never open."""
    if is_open(hours, holidays, moment):
        return moment
    today = _local_day(hours, moment)
    for offset in range(-1, SEARCH_DAYS):
        day = today + offset * DAY
        starts = [start for start, _ in _intervals(hours, holidays, day) if start > moment]
        if starts:
            return min(starts)
    return None


def open_seconds_between(
    hours: BusinessHours, holidays: Collection[date], since: datetime, until: datetime
) -> float:
    """Open time in `since`..`until`; hours that overlap count once."""
    if until <= since:
        return 0.0
    first, last = _local_day(hours, since) - DAY, _local_day(hours, until)
    found: list[Interval] = []
    for offset in range((last - first).days + 1):
        found += _intervals(hours, holidays, first + offset * DAY)
    clipped = ((max(start, since), min(end, until)) for start, end in sorted(found))
    return sum((end - start).total_seconds() for start, end in _merged(clipped))


def _intervals(hours: BusinessHours, holidays: Collection[date], day: date) -> Iterator[Interval]:
    """What begins on this day, in UTC."""
    if day in holidays:
        return
    for opens, closes in hours.week.get(str(day.weekday()), []):
        overnight = closes != "24:00" and closes <= opens
        start = _moment(hours, day, opens)
        end = _moment(hours, day + DAY if overnight else day, closes)
        if overnight and day + DAY in holidays:
            end = _moment(hours, day, "24:00")
        if start < end:  # else the clock skipped all of it
            yield start, end


def _moment(hours: BusinessHours, day: date, text: str) -> datetime:
    if text == "24:00":
        day, text = day + DAY, "00:00"
    return datetime.combine(
        day, time.fromisoformat(text), tzinfo=ZoneInfo(hours.time_zone)
    ).astimezone(UTC)


def _local_day(hours: BusinessHours, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(hours.time_zone)).date()


def _merged(intervals: Iterator[Interval]) -> Iterator[Interval]:
    current: Interval | None = None
    for start, end in intervals:
        if end <= start:
            continue
        if current and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current:
            yield current
        current = (start, end)
    if current:
        yield current
