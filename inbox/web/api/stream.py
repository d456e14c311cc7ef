"""What happens, told as it happens: a WebSocket that goes on where the program was.

Each socket reads the trail of events at its own pace, so nothing is kept for a slow one: it falls
behind, and when that is too far it is told to read its lists anew.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
import structlog
from aiohttp import WSCloseCode, web
from pydantic import Field
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from inbox.desk import tokens, trail
from inbox.errors import RateLimited
from inbox.events import TOPIC
from inbox.i18n import Phrase
from inbox.model import Event
from inbox.services import Services
from inbox.web import keys
from inbox.web.api.events import HIGHEST
from inbox.web.api.operation import Operation
from inbox.web.api.reading import Input, read_query
from inbox.web.api.shapes import EventShape
from inbox.web.route import Access

log = structlog.get_logger()

BATCH = 200
MOST_BEHIND = 10_000  # events; who is further back reads the lists anew
HEARTBEAT_SECONDS = 20
POLL_SECONDS = 5
LARGEST_FRAME = 1024  # programs have nothing to say
MOST_OF_A_TOKEN = 20

Sockets = dict[web.WebSocketResponse, str]  # each with the id of its token
SOCKETS = web.AppKey("streams", Sockets)


class Since(Input):
    """Left out, it begins with what happens from now on."""

    after: int | None = Field(None, ge=0, le=HIGHEST, description="`seq` of the last event you had")


@dataclass(slots=True)
class Reader:
    """One socket, and its place in the trail."""

    services: Services
    socket: web.WebSocketResponse
    token_id: str
    place: int
    said_at: float | None = None

    async def push(self) -> bool:
        """One batch, or a reset; whether there may be more. Access is asked anew each time."""
        newest, bearer = await self.services.database.read(self._where_we_are)
        if bearer is None or not bearer.may("read"):
            await self.socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"token ended")
            return False
        if newest - self.place > MOST_BEHIND:
            self.place = newest
            await self._say({"type": "reset", "seq": newest})
            return True
        before = self.place
        events, self.place = await self.services.database.read(
            lambda s: trail.seen(s, before, BATCH, bearer.inbox_ids)
        )
        await self._tell(events)
        return len(events) == BATCH

    async def beat_if_quiet(self) -> None:
        """Also at once, so that a program knows its place before anything has happened."""
        if self.said_at is None or time.monotonic() - self.said_at >= HEARTBEAT_SECONDS:
            await self._say({"type": "heartbeat", "seq": self.place})

    def _where_we_are(self, session: Session) -> tuple[int, tokens.Bearer | None]:
        return trail.latest(session), tokens.again(session, self.token_id)

    async def _tell(self, events: Sequence[Event]) -> None:
        for event in events:
            shape = EventShape.model_validate(event).model_dump(mode="json")
            await self._say({"type": "event", "seq": event.seq, "event": shape})

    async def _say(self, frame: dict[str, object]) -> None:
        """Waits while the other side does not read, which is what keeps us from piling up."""
        await self.socket.send_str(orjson.dumps(frame).decode())
        self.said_at = time.monotonic()


async def stream(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/stream?after=SEQ."""
    services, token_id = request.app[keys.SERVICES], request[keys.BEARER].token.id
    wanted, sockets = read_query(Since, request.query), request.app[SOCKETS]
    if Counter(sockets.values())[token_id] >= MOST_OF_A_TOKEN:
        raise RateLimited(
            Phrase(
                "A token may have %(count)s streams open. Close one first.", count=MOST_OF_A_TOKEN
            )
        )
    place = wanted.after
    if place is None:
        place = await services.database.read(trail.latest)
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=LARGEST_FRAME)
    sockets[socket] = token_id
    try:
        await socket.prepare(request)
        writer = asyncio.create_task(_write(Reader(services, socket, token_id, place)))
        try:
            async for _ in socket:
                pass  # what programs say is passed over
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
    finally:
        del sockets[socket]
    return socket


def prepare(app: web.Application) -> None:
    app[SOCKETS] = {}
    app.on_shutdown.append(_dismiss)


async def _write(reader: Reader) -> None:
    """Woken by commits; it also looks by itself, for what another transaction held back."""
    bus = reader.services.bus
    woken = bus.wakeup(TOPIC)
    try:
        while not reader.socket.closed:
            woken.clear()
            with contextlib.suppress(SQLAlchemyError):  # tried again at the next look
                while await reader.push():
                    pass
            await reader.beat_if_quiet()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await woken.wait()
    except ConnectionError:
        log.debug("stream_lost", token=reader.token_id)
    finally:
        bus.forget(TOPIC, woken)


async def _dismiss(app: web.Application) -> None:
    """So that programs come back, to this process or another."""
    sockets = app[SOCKETS]
    await asyncio.gather(*(s.close(code=WSCloseCode.SERVICE_RESTART) for s in list(sockets)))


OPERATIONS = [
    Operation(
        method="GET", path="/stream", access=Access.API_READ,
        summary="Events as they happen, by WebSocket", handler=stream, query=Since, status=101,
    )
]  # fmt: skip
