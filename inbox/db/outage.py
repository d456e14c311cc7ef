"""When the database, or the disk, takes nothing: said once when it begins and once when it ends."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from inbox.trouble import is_trouble

log = structlog.get_logger()

QUIET_SECONDS = (
    15.0  # without new trouble before it is over, for one write may pass where most fail
)


class Outage:
    """Whether the database takes what it is given, by how the last units of work went."""

    def __init__(self) -> None:
        self._since = self._last = self.written_at = float("-inf")

    @property
    def is_on(self) -> bool:
        return self._since > float("-inf")

    @contextmanager
    def watched(self, *, writes: bool) -> Iterator[None]:
        """Only what wrote can say that it is over."""
        try:
            yield
        except Exception as error:
            if is_trouble(error):
                self._began(error)
            raise
        if writes:
            self._went_well()

    def _began(self, error: Exception) -> None:
        self._last = time.monotonic()
        if not self.is_on:
            self._since = self._last
            log.error("database_takes_nothing", error=str(_root(error))[:300])

    def _went_well(self) -> None:
        self.written_at = time.monotonic()
        if self.is_on and self.written_at - self._last >= QUIET_SECONDS:
            log.warning("database_is_back", seconds=round(self._last - self._since))
            self._since = float("-inf")


def _root(error: BaseException) -> BaseException:
    while earlier := error.__cause__ or error.__context__:
        error = earlier
    return error
