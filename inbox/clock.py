"""The one door to the time of day."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
