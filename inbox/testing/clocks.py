"""A clock that stands still until it is told to go on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest import mock

from inbox import clock

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)  # a Monday


class FixedClock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, **amount: float) -> None:
        """Keywords as of timedelta: `advance(minutes=5)`."""
        self.at += timedelta(**amount)


@contextmanager
def fixed_clock(at: datetime = NOON) -> Iterator[FixedClock]:
    fixed = FixedClock(at)
    with mock.patch.object(clock, "now", fixed.now):
        yield fixed
