"""A worker's loop: run when woken or when time has passed, back off on errors, say alive."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import structlog

from inbox.bus import Bus
from inbox.trouble import is_trouble

log = structlog.get_logger()

LONGEST_BACKOFF = 60.0
OUTAGE_BACKOFF = 5.0  # so that work goes on soon after there is room, or a database, again
FINISH_SECONDS = 10.0  # so that a message on its way is not cut off by a restart


class Loop:
    """`work` does what is there and answers how much it did; less than `full` lets the loop wait.

    `every` is the longest wait in seconds: the database is the truth, so a lost wake-up only
    costs time. `gives_way` is how many seconds it lets others go first when woken: what happened
    is on the agents' screens before we work on what follows from it, and more gathers.
    """

    def __init__(  # noqa: PLR0913  what a loop is made of
        self,
        name: str,
        bus: Bus,
        topic: str,
        work: Callable[[], Awaitable[int]],
        *,
        every: float,
        full: int = 1,
        gives_way: float = 0,
    ) -> None:
        self.name = name
        self.bus = bus
        self.topic = topic
        self.work = work
        self.every = every
        self.full = full
        self.gives_way = gives_way
        self.alive_at = time.monotonic()
        self._task: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()

    def start(self) -> None:
        self._task = asyncio.create_task(self.run(), name=self.name)

    async def stop(self) -> None:
        """What is being done is finished, unless it takes too long."""
        self._ending.set()
        if self._task:
            await asyncio.wait({self._task}, timeout=FINISH_SECONDS)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def run(self) -> None:
        woken = self.bus.wakeup(self.topic)
        failures = 0
        try:
            while not self._ending.is_set():
                woken.clear()
                self.alive_at = time.monotonic()
                try:
                    done = await self.work()
                    failures = 0
                except Exception as error:
                    failures += 1
                    longest = OUTAGE_BACKOFF if is_trouble(error) else LONGEST_BACKOFF
                    log.exception("worker_failed", worker=self.name, failures=failures)
                    await self._rest(min(longest, _backoff(failures)))
                    continue
                if done < self.full:
                    await self._rest(self.every, woken)
                    if self.gives_way:
                        await self._rest(self.gives_way)
        finally:
            self.bus.forget(self.topic, woken)

    async def _rest(self, seconds: float, woken: asyncio.Event | None = None) -> None:
        """Until woken, or told to stop, or the time is over."""
        waiting = {asyncio.ensure_future(e.wait()) for e in (self._ending, woken) if e}
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()


def _backoff(failures: int) -> float:
    """Seconds: doubling, with jitter, so that processes do not knock together."""
    longest: float = min(LONGEST_BACKOFF, 0.5 * 2**failures)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  not a secret
