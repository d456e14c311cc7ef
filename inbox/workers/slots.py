"""Who may be called now: only so many at once, and hardly anybody who does not answer."""

import asyncio
import time
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from functools import partial

import structlog

log = structlog.get_logger()

FAILURES = 3  # in a row, before a party is left alone
FINISH_SECONDS = 10.0  # so that what is on its way is not cut off by a restart


@dataclass(slots=True)
class Slots:
    """Places for `at_once` calls, of which one party, however slow, takes `each` at the most.

    A party that does not answer is left alone, and then tried by one call until it does. So a dead
    server costs the others nothing. Known in this process only: nothing depends on it but time.
    """

    at_once: int
    each: int
    _taken: Counter[str] = field(default_factory=Counter)
    _failures: Counter[str] = field(default_factory=Counter)
    _closed_until: dict[str, float] = field(default_factory=dict)

    @property
    def room(self) -> int:
        return self.at_once - self._taken.total()

    def room_for(self, key: str) -> int:
        """How many more calls this one may get now."""
        closed_until = self._closed_until.get(key)
        if closed_until is None:
            return self.each - self._taken[key]
        return 1 - self._taken[key] if time.monotonic() >= closed_until else 0

    def full(self) -> list[str]:
        """Those who may not be called now."""
        known = {*self._taken, *self._closed_until}
        return sorted(key for key in known if self.room_for(key) <= 0)

    def take(self, key: str) -> None:
        self._taken[key] += 1

    def give_back(self, key: str) -> None:
        self._taken[key] -= 1
        if self._taken[key] <= 0:
            del self._taken[key]

    def answered(self, key: str) -> None:
        self._failures.pop(key, None)
        self._closed_until.pop(key, None)

    def silent(self, key: str, seconds: float, *, at_once: bool = False) -> None:
        """It did not answer; with `at_once` this one time is enough to leave it alone so long."""
        self._failures[key] += FAILURES if at_once else 1
        if self._failures[key] >= FAILURES:
            self._closed_until[key] = time.monotonic() + seconds


class Calls:
    """Calls under way, each in a place of its party's; whoever began them need not wait."""

    def __init__(self, at_once: int, each: int) -> None:
        self.slots = Slots(at_once, each)
        self._running: set[asyncio.Task[None]] = set()

    def begin(self, key: str, call: Coroutine[None, None, None], name: str) -> None:
        self.slots.take(key)
        task = asyncio.create_task(call, name=name)
        self._running.add(task)
        task.add_done_callback(partial(self._done, key))

    async def finish(self) -> None:
        """Waits for all of them; raises what one raised."""
        await asyncio.gather(*self._running)

    async def close(self) -> None:
        """Those under way are finished, unless it takes too long."""
        if self._running:
            _, cut_off = await asyncio.wait(self._running, timeout=FINISH_SECONDS)
            for task in cut_off:
                task.cancel()
            await asyncio.gather(*cut_off, return_exceptions=True)

    def _done(self, key: str, task: asyncio.Task[None]) -> None:
        self.slots.give_back(key)
        self._running.discard(task)
        if not task.cancelled() and task.exception():
            log.error("call_not_noted", call=task.get_name(), error=repr(task.exception()))
