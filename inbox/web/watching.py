"""Looks every few seconds whether anything stands still, and tells every page when it does."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field, replace

import structlog
from aiohttp import web

from inbox.desk import health, watch
from inbox.desk.watch import Watch
from inbox.services import Services

log = structlog.get_logger()

EVERY_SECONDS = 10.0
PROBE_SECONDS = 5.0  # a write of anybody within them says as much, and costs nothing
PATIENCE_SECONDS = 3.0


@dataclass(slots=True)
class Watching:
    """`seen` is what was found last; `tell` is called when the standing is another."""

    services: Services
    seen: Watch = field(default_factory=Watch)
    tell: Callable[[], None] = lambda: None
    _told: str = ""

    @property
    def standing(self) -> str:
        """What stands above every page: "outage", "late", or nothing."""
        if self.services.database.outage.is_on:
            return "outage"
        return "late" if self.seen.is_late else ""

    async def forever(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        await self.takes_writes()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                found = await self.services.database.read(watch.look)
            self.seen = self.heard(found)
        except Exception as error:  # noqa: BLE001  that too is an outage, and told as one
            log.debug("not_watched", error=repr(error))
        if self.standing != self._told:
            self._told = self.standing
            self.tell()

    async def takes_writes(self) -> bool:
        """Whether what is handed in now would be kept."""
        outage = self.services.database.outage
        if outage.is_on or time.monotonic() - outage.written_at >= PROBE_SECONDS:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self.services.database.write(health.probe)
            except Exception:  # noqa: BLE001  which one does not matter to who asks
                return False
        return not outage.is_on

    def heard(self, found: Watch) -> Watch:
        """Where nobody has to look after an inbox, nobody can fall silent."""
        wants = self.services.channels.wants_a_poller
        inboxes = [
            one if wants(one.inbox) else replace(one, heartbeat=None) for one in found.inboxes
        ]
        return replace(found, inboxes=inboxes)


WATCHING = web.AppKey("watching", Watching)


async def start(app: web.Application) -> AsyncGenerator[None]:
    task = asyncio.create_task(app[WATCHING].forever(), name="watching")
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
