"""The visitor's WebSocket: messages both ways, receipts and who is typing."""

import asyncio
import contextlib
import time
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import WSCloseCode, WSMsgType, web

from inbox.desk import visiting, visitors
from inbox.desk.visitors import VisitorPage
from inbox.errors import Forbidden, InboxError, Invalid
from inbox.web import keys
from inbox.web.widget import messages, site, tokens
from inbox.web.widget.answers import page, problem
from inbox.web.widget.lobby import LOBBY, TYPING, Visit

LARGEST_FRAME = 64 * 1024
HELLO_SECONDS = 10
SEND_SECONDS = 15  # a window that takes nothing for this long is let go
HEARTBEAT_SECONDS = 25
TYPING_SECONDS = 2
GONE = (ConnectionError, TimeoutError)


async def connect(request: web.Request) -> web.StreamResponse:
    """The token comes in the first frame, so that no log has it."""
    _refuse_strangers(request)
    inbox_id = request.match_info["inbox_id"]
    await request.app[keys.SERVICES].database.read(lambda s: site.find(s, inbox_id))
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=LARGEST_FRAME)
    await socket.prepare(request)
    try:
        await _converse(request, socket, inbox_id)
    except InboxError as error:
        with contextlib.suppress(*GONE):
            await _say(socket, type="refused", error=problem(error))
    except GONE:
        pass
    is_closing = request.app[LOBBY].is_closing
    await socket.close(
        code=WSCloseCode.SERVICE_RESTART if is_closing else WSCloseCode.POLICY_VIOLATION
    )
    return socket


async def _converse(request: web.Request, socket: web.WebSocketResponse, inbox_id: str) -> None:
    try:
        hello = _parsed(await socket.receive_str(timeout=HELLO_SECONDS))
    except TypeError:
        raise Invalid("The first frame is text.") from None
    vault = request.app[keys.SERVICES].vault
    visitor = tokens.read_token(vault, inbox_id, str(hello.get("token", "")))
    await request.app[keys.SERVICES].database.read(
        lambda session: visiting.refuse_blocked(session, visitor.id)
    )
    with request.app[LOBBY].visit(inbox_id, visitor.id) as visit:
        await Conversing(request, socket, visit, visitor).run(hello.get("after"))


class Conversing:
    """One open socket."""

    def __init__(
        self,
        request: web.Request,
        socket: web.WebSocketResponse,
        visit: Visit,
        visitor: tokens.Visitor,
    ) -> None:
        self.request = request
        self.services = request.app[keys.SERVICES]
        self.socket = socket
        self.visit = visit
        self.visitor = visitor
        self._typed_at = 0.0

    async def run(self, after: Any) -> None:
        """Until either side goes."""
        telling = asyncio.create_task(self._tell(after if type(after) is int else None))
        hearing = asyncio.create_task(self._hear())
        try:
            await asyncio.wait((telling, hearing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            telling.cancel()
            hearing.cancel()
        for outcome in await asyncio.gather(telling, hearing, return_exceptions=True):
            if isinstance(outcome, Exception) and not isinstance(outcome, GONE):
                raise outcome

    async def _tell(self, after: int | None) -> None:
        """First what was missed, then what comes."""
        cursor = await self._tell_first(after)
        while not self.request.app[LOBBY].is_closing:
            await self.visit.stirred.wait()
            self.visit.stirred.clear()
            if typist := self.visit.take_typist():
                await _say(self.socket, type="typing", name=typist)
            if self.visit.take_news():
                found = await messages.read_news(self.services, self.visit, cursor)
                cursor = await self._show(found)

    async def _tell_first(self, after: int | None) -> int:
        if after is not None:
            return await self._show(await messages.read_news(self.services, self.visit, after))
        visit = self.visit
        found = await messages.read_history(self.services, visit.inbox_id, visit.visitor)
        return await self._show(found)

    async def _show(self, found: VisitorPage) -> int:
        self.visit.conversation_ids |= found.conversation_ids
        await _say(self.socket, type="messages", **page(found))
        return found.cursor

    async def _hear(self) -> None:
        async for frame in self.socket:
            if frame.type is not WSMsgType.TEXT:
                return
            self.request.app[LOBBY].frames.take(self.visit.visitor)
            await self._take(_parsed(frame.data))

    async def _take(self, data: dict[str, Any]) -> None:
        match data.get("type"):
            case "message":
                await self._take_message(data)
            case "delivered" | "read":
                await messages.record_receipt(
                    self.services,
                    self.visit.inbox_id,
                    self.visit.visitor,
                    {**data, "kind": data["type"]},
                )
            case "typing":
                await self._take_typing()
            case "ping":
                await _say(self.socket, type="pong")
            case _:
                raise Invalid("There is no such frame.")

    async def _take_message(self, data: dict[str, Any]) -> None:
        """A refusal names the message, so that the window can show it beside it."""
        client_id = str(data.get("client_id", ""))[:64]
        visit = self.visit
        try:
            messages.limit_messages(self.request, visit.visitor)
            await messages.take(self.services, visit.inbox_id, self.visitor, data)
        except InboxError as error:
            await _say(self.socket, type="refused", client_id=client_id, error=problem(error))
        else:
            await _say(self.socket, type="ack", client_id=client_id)

    async def _take_typing(self) -> None:
        now = time.monotonic()
        if now - self._typed_at < TYPING_SECONDS:
            return
        self._typed_at = now
        visit = self.visit
        conversation_id = await self.services.database.read(
            lambda session: visitors.newest_conversation_id(session, visit.inbox_id, visit.visitor)
        )
        if conversation_id:
            said = {"conversation_id": conversation_id, "who": "", "by": "contact"}
            self.services.bus.say(TYPING, said)


async def _say(socket: web.WebSocketResponse, **data: Any) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await socket.send_str(orjson.dumps(data).decode())


def _parsed(text: str) -> dict[str, Any]:
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Invalid("This is not JSON.") from None
    if not isinstance(data, dict):
        raise Invalid("A frame is an object.")
    return data


def _refuse_strangers(request: web.Request) -> None:
    """The chat's frame is a page of ours, so any other Origin is somebody else's script."""
    origin = urlsplit(request.headers.get("Origin", "")).netloc
    ours = urlsplit(request.app[keys.SERVICES].settings.public_url).netloc
    if origin not in (ours, request.host):
        raise Forbidden
