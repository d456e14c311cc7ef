"""A worker's loop: run when woken or when time has passed, back off on errors, say alive."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import structlog

from inbox.bus import Bus

log = structlog.get_logger()

LONGEST_BACKOFF = 60.0


class Loop:
    """`work` does what is there and answers how much it did; 0 lets the loop wait.

    `every` is the longest wait in seconds: the database is the truth, so a lost wake-up only
    costs time. Once woken it lets `pause` seconds pass: pages come first, and more gathers.
    """

    def __init__(
        self,
        name: str,
        bus: Bus,
        topic: str,
        work: Callable[[], Awaitable[int]],
        *,
        every: float,
        pause: float = 0,
    ) -> None:
        self.name = name
        self.bus = bus
        self.topic = topic
        self.work = work
        self.every = every
        self.pause = pause
        self.alive_at = time.monotonic()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self.run(), name=self.name)

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def run(self) -> None:
        woken = self.bus.wakeup(self.topic)
        failures = 0
        try:
            while True:
                woken.clear()
                self.alive_at = time.monotonic()
                try:
                    done = await self.work()
                    failures = 0
                except Exception:
                    failures += 1
                    log.exception("worker_failed", worker=self.name, failures=failures)
                    await asyncio.sleep(_backoff(failures))
                    continue
                if not done:
                    await _wait(woken, self.every)
                    await asyncio.sleep(self.pause)
        finally:
            self.bus.forget(self.topic, woken)


def _backoff(failures: int) -> float:
    """Seconds: doubling, with jitter, so that processes do not knock together."""
    longest: float = min(LONGEST_BACKOFF, 0.5 * 2**failures)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  not a secret


async def _wait(woken: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await woken.wait()
    except TimeoutError:
        pass
