"""One socket a page: what happens is drawn once a language and pushed to those who may see it."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import orjson
import structlog
from aiohttp import WSCloseCode, WSMsgType, web
from sqlmodel import Session

from inbox import i18n
from inbox.desk import access, conversations, trail
from inbox.desk.listing import Counts, View
from inbox.errors import Forbidden
from inbox.events import TOPIC
from inbox.model import Agent, Role, Status
from inbox.services import Services
from inbox.web import keys, pushes
from inbox.web.dismissals import Sockets, dismiss_ended
from inbox.web.presence import Presence
from inbox.web.pushes import News, Push
from inbox.web.route import Access, Route

log = structlog.get_logger()

LONGEST_QUEUE = 256
MOST_REPLAYED = 200  # fits the queue of a page
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
    counts: Counts | None = None  # as the page was told last

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
        self.sockets: Sockets = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._cursor = await self.services.database.read(trail.latest)
        self._tasks = [
            asyncio.create_task(self._read(), name="realtime"),
            asyncio.create_task(dismiss_ended(self.services, self.sockets), name="dismissals"),
        ]
        self.presence.start()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def dismiss(self, code: int) -> None:
        await asyncio.gather(*(c.socket.close(code=code) for c in list(self.clients)))

    def tell_all(self, draw: Callable[[Role], str]) -> None:
        """A partial that concerns everybody, in the language of each."""
        for client in self.clients:
            i18n.set_locale(client.locale)
            client.push(_frame(None, draw(client.role)))

    async def _read(self) -> None:
        woken = self.services.bus.wakeup(TOPIC)
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await woken.wait()
            woken.clear()
            try:
                while await self._push():
                    pass
            except Exception:
                log.exception("realtime_failed")
                await asyncio.sleep(1)

    async def _push(self) -> bool:
        """One batch of events to everybody; whether there may be more."""
        clients = list(self.clients)
        news = await self._news(self._cursor, BATCH, clients)
        if not news.events:
            return False
        place, self._cursor = self._cursor, news.events[-1].seq  # who joins now replays these
        self._tell(news, clients)
        for late in self.clients.difference(clients):  # joined while that was read
            await self._replay(late, place)
        return len(news.events) == BATCH

    async def _news(self, after: int, limit: int, clients: Sequence[Client]) -> News:
        people = {client.agent.id: client.role for client in clients}
        looked_at = {(client.view, client.agent.id) for client in clients}
        return await self.services.database.read(
            lambda s: pushes.read(s, after, limit, people, looked_at)
        )

    def _tell(self, news: News, clients: Sequence[Client]) -> None:
        """Drawn once a language and encoded once, whoever is told."""
        for locale in {c.locale for c in clients}:
            i18n.set_locale(locale)
            drawn = pushes.draw(news)
            frame = cache(_frame)
            for client in clients:
                if client.locale == locale:
                    _send(client, drawn, news, frame)

    async def join(self, client: Client, cursor: int | None) -> None:
        """First what the page missed, also while that is read; then what comes."""
        while cursor is not None and cursor < self._cursor:
            cursor = await self._replay(client, cursor)
        self.clients.add(client)

    async def _replay(self, client: Client, cursor: int) -> int:
        """Up to where the reader is, or a reset when that is too much; the new cursor."""
        latest = self._cursor
        news = await self._news(cursor, MOST_REPLAYED + 1, [client])
        missed = [event for event in news.events if event.seq <= latest]
        if len(missed) > MOST_REPLAYED:
            client.push(orjson.dumps({"reset": 1, "s": latest}))
        elif missed:
            self._tell(replace(news, events=missed), [client])
        return latest


def _send(
    client: Client,
    drawn: Sequence[Push],
    news: News,
    frame: Callable[[int | None, str], bytes],
) -> None:
    """Access is asked anew for each batch; what may not be seen is passed over."""
    known = news.known[client.agent.id]
    for push in drawn:
        if push.inbox_id in known.inboxes:
            stands = news.stands(client.view, push.conversation, client.agent.id)
            html = push.row if stands else push.gone
            if client.watching == push.conversation.id:
                html += push.inside
            if html:
                client.push(frame(push.seq, html))
    if known.counts != client.counts:
        client.counts = known.counts
        client.push(frame(None, pushes.draw_counts(known.counts)))


def _frame(seq: int | None, html: str) -> bytes:
    return orjson.dumps({"h": html} if seq is None else {"s": seq, "h": html})


HUB = web.AppKey("hub", Hub)


async def live(request: web.Request) -> web.StreamResponse:
    """GET /live?after=SEQ&list=VIEW&conv=ID; only from our own pages."""
    services = request.app[keys.SERVICES]
    ours = {f"{request.scheme}://{request.host}", services.settings.public_url}
    if request.headers.get("Origin") not in ours:
        raise Forbidden("This socket is for our own pages.")
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=LARGEST_FRAME)
    await socket.prepare(request)
    client = Client(socket, request[keys.AGENT], request[keys.ROLE], i18n.locale())
    hub = request.app[HUB]
    after_text = request.query.get("after", "")
    hub.sockets[socket] = request[keys.SESSION].id
    writer = asyncio.create_task(_write(client))
    try:
        await _watch(hub, client, request.query.get("list"), request.query.get("conv", ""))
        await hub.join(client, int(after_text) if after_text.isdecimal() else None)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await _said(hub, client, message.data)
    finally:
        hub.clients.discard(client)
        del hub.sockets[socket]
        hub.presence.left(client)
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
    return socket


async def _write(client: Client) -> None:
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                frame = await client.queue.get()
        except TimeoutError:
            frame = orjson.dumps({"t": "beat"})
        await client.socket.send_str(frame.decode())
        if client.overflowed:
            await client.socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
            return


async def _said(hub: Hub, client: Client, text: str) -> None:
    """What the page says; anything else is passed over without a word about our insides."""
    try:
        said: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        return
    if not isinstance(said, dict):
        return
    conversation_id = said.get("conv")
    known = conversation_id if isinstance(conversation_id, str) else ""
    if said.get("t") == "watch":
        await _watch(hub, client, said.get("list"), known)
        hub.presence.watching(client)
    elif said.get("t") == "here":
        await hub.presence.here(client)
    elif said.get("t") == "typing" and known and known == client.watching:
        hub.presence.typing(client, note=said.get("mode") == "note")


async def _watch(hub: Hub, client: Client, view: object, conversation_id: str) -> None:
    client.view = _view(view) or client.view
    may = conversation_id and await _may_watch(hub, client, conversation_id)
    client.watching = conversation_id if may else ""


def _view(text: object) -> View | None:
    """From "kind:id:status", as the list names itself."""
    parts = text.split(":") if isinstance(text, str) else []
    if len(parts) != 3 or parts[2] not in set(Status):
        return None
    return View(kind=parts[0], id=parts[1] or None, status=Status(parts[2]))


async def _may_watch(hub: Hub, client: Client, conversation_id: str) -> bool:
    def work(session: Session) -> bool:
        found = conversations.find(session, conversation_id)
        return found is not None and access.may_see(
            session, client.agent, client.role, found.inbox_id
        )

    return await hub.services.database.read(work)


ROUTES = [Route("GET", "/live", live, Access.AGENT)]
