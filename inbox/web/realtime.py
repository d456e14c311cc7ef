"""One socket a page: what happens is drawn once a language and pushed to those who may see it."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog
from aiohttp import WSCloseCode, WSMsgType, web
from sqlmodel import Session, col, select

from inbox import i18n
from inbox.db import settled
from inbox.desk import access, conversations, listing
from inbox.desk.listing import View
from inbox.errors import Forbidden
from inbox.events import TOPIC
from inbox.model import Agent, Event, Role, Status
from inbox.services import Services
from inbox.web import keys, nav, pushes
from inbox.web.presence import Presence
from inbox.web.pushes import Push
from inbox.web.route import Access, Route

log = structlog.get_logger()

LONGEST_QUEUE = 256
MOST_REPLAYED = 500
BATCH = 200
HEARTBEAT_SECONDS = 20
POLL_SECONDS = 5
LARGEST_FRAME = 64 * 1024


@dataclass(eq=False, slots=True)
class Client:
    """One open page: the list it shows, and the conversation that is open in it."""

    socket: web.WebSocketResponse
    agent: Agent
    role: Role
    locale: str
    view: View = View()  # noqa: RUF009  frozen, so it may be shared
    watching: str = ""
    queue: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(LONGEST_QUEUE))
    overflowed: bool = False

    def push(self, frame: bytes) -> None:
        """A page that does not read is told to come back, rather than let others wait."""
        if self.overflowed:
            return
        try:
            self.queue.put_nowait(frame)
        except asyncio.QueueFull:
            self.overflowed = True


class Hub:
    """The sockets of this process, and the one reader that serves them all."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.clients: set[Client] = set()
        self.presence = Presence(services, self.clients)
        self._cursor = 0
        self._reader: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._cursor = await self.services.database.read(_latest)
        self._reader = asyncio.create_task(self._read(), name="realtime")
        self.presence.start()

    async def close(self) -> None:
        if self._reader:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    async def dismiss(self, code: int) -> None:
        await asyncio.gather(*(c.socket.close(code=code) for c in list(self.clients)))

    async async def _may_watch(hub: Hub, client: Client, conversation_id: str) -> bool:
    def work(session: Session) -> bool:
        found = conversations.find(session, conversation_id)
        return found is not None and access.may_see(
            session, client.agent, client.role, found.inbox_id
        )

    return await hub.services.database.read(work)


def after(session: Session, cursor: int, limit: int) -> list[Event]:
    """Settled events after the cursor, in order."""
    query = select(Event).where(col(Event.seq) > cursor, settled(session))
    return list(session.exec(query.order_by(col(Event.seq)).limit(limit)))


def _latest(session: Session) -> int:
    query = select(Event.seq).where(settled(session)).order_by(col(Event.seq).desc())
    return session.exec(query.limit(1)).first() or 0


ROUTES = [Route("GET", "/live", live, Access.AGENT)]
