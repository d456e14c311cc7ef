"""The visitors who are here now: wakes each of them when there is something for him.

One reader a process looks at the events, so that a busy desk costs each idle visitor nothing.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiohttp import web

from inbox.bus import Bus
from inbox.db import Database
from inbox.desk import trail, visitors
from inbox.errors import RateLimited
from inbox.events import TOPIC
from inbox.web.limits import Limiter

log = structlog.get_logger()

MOST_VISITS = 8  # windows of one visitor
LOOK_AGAIN_SECONDS = 2  # an event may be settled a little after its wake-up
TYPING = "typing"


@dataclass(eq=False)
class Visit:
    """One open window; `stirred` is set when there is news or somebody types."""

    inbox_id: str
    visitor: str
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    conversation_ids: set[str] = field(default_factory=set)
    typist: str = ""
    has_news: bool = False

    def take_typist(self) -> str:
        typist, self.typist = self.typist, ""
        return typist

    def take_news(self) -> bool:
        """Reset before the read, so that what comes during it is not missed."""
        has_news, self.has_news = self.has_news, False
        return has_news


class Lobby:
    def __init__(self, database: Database, bus: Bus) -> None:
        self.database = database
        self.bus = bus
        self.registrations = Limiter(rate=0.2, burst=30)  # an address; offices share one
        self.messages = Limiter(rate=0.5, burst=12)
        self.messages_of_address = Limiter(rate=5, burst=100)
        self.requests = Limiter(rate=3, burst=40)
        self.frames = Limiter(rate=10, burst=100)
        self.files = Limiter(rate=0.1, burst=10)
        self.visits = Limiter(rate=0.2, burst=20)
        self.addresses = Limiter(rate=0.01, burst=5)
        self.transcripts = Limiter(rate=1 / 1200, burst=3)
        self.is_closing = False
        self._visits: dict[tuple[str, str], list[Visit]] = defaultdict(list)
        bus.hear(TYPING, self._typing)

    async def run(self) -> None:
        """Until cancelled."""
        wakeup = self.bus.wakeup(TOPIC)
        cursor: int | None = None
        while True:
            cursor = await self._look(cursor)
            with contextlib.suppress(TimeoutError):
                # not wait_for: it loses a cancellation that comes together with the wake-up
                async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                    await wakeup.wait()
            wakeup.clear()

    @contextlib.contextmanager
    def visit(self, inbox_id: str, visitor: str) -> Iterator[Visit]:
        """Raises RateLimited for one who has too many windows."""
        visits = self._visits[inbox_id, visitor]
        if len(visits) >= MOST_VISITS:
            raise RateLimited
        visit = Visit(inbox_id, visitor)
        visits.append(visit)
        try:
            yield visit
        finally:
            visits.remove(visit)
            if not visits:
                self._visits.pop((inbox_id, visitor), None)

    def close(self) -> None:
        """Let everybody go, so that the process can stop; browsers come back by themselves."""
        self.is_closing = True
        for visits in self._visits.values():
            for visit in visits:
                visit.stirred.set()

    async def _look(self, cursor: int | None) -> int | None:
        """The first time only where to begin; whatever goes wrong, it goes on."""
        try:
            if cursor is None:
                return await self.database.read(trail.latest)
            cursor, concerned = await self.database.read(
                lambda session: visitors.touched(session, after=cursor)
            )
        except Exception:
            log.exception("lobby_read_failed")
            return cursor
        for key in concerned:
            for visit in self._visits.get(key, ()):
                visit.has_news = True
                visit.stirred.set()
        return cursor

    def _typing(self, payload: dict[str, Any]) -> None:
        """Only the first name, and never what another visitor does."""
        if payload.get("by") == "contact":
            return
        names = str(payload.get("who", "")).split()
        for visits in list(self._visits.values()):
            for visit in visits:
                if payload.get("conversation_id") in visit.conversation_ids:
                    visit.typist = names[0] if names else ""
                    visit.stirred.set()


LOBBY = web.AppKey("lobby", Lobby)


async def keep(lobby: Lobby) -> AsyncIterator[None]:
    """Run the lobby as long as the application."""
    task = asyncio.create_task(lobby.run())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
