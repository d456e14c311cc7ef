"""The one door to the time of day."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)


def in_utc(moment: datetime) -> datetime:
    """Raises ValueError, in words for people, for what has no zone or leaves the calendar."""
    if moment.tzinfo is None:
        raise ValueError("Give the time zone as well, as in 09:00:00+00:00.")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("Give a time within the years 1 to 9999.") from None
