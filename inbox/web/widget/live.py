"""The visitor's WebSocket: messages both ways, receipts and who is typing."""

import asyncio
import contextlib
import time
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import WSCloseCode, WSMsgType, web

from inbox.desk import visitors
from inbox.errors import Forbidden, InboxError, Invalid
from inbox.web import keys
from inbox.web.widget import messages, site, tokens
from inbox.web.widget.answers import as_json, page, problem
from inbox.web.widget.intake import message_item, receipt_item
from inbox.web.widget.lobby import LOBBY, TYPING, Visit

LARGEST_FRAME = 64 * 1024
HELLO_SECONDS = 10
SEND_SECONDS = 15  # a window that takes nothing for this long is let go
HEARTBEAT_SECONDS = 25
TYPING_SECONDS = 2


@as_json
async def connect(request: web.Request) -> web.StreamResponse:
    """The token comes in the first frame, so that no log has it."""
    _refuse_strangers(request)
    inbox_id = request.match_info["inbox_id"]
    await request.app[keys.SERVICES].database.read(lambda s: site.find(s, inbox_id))
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=LARGEST_FRAME)
    await socket.prepare(request)
    try:
        hello = orjson.loads(await socket.receive_str(timeout=HELLO_SECONDS))
        token = str(hello["token"])
        visitor = tokens.read_token(request.app[keys.SERVICES].vault, inbox_id, token)
        with request.app[LOBBY].visit(inbox_id, visitor) as visit:
            await Conversing(request, socket, visit).run(hello.get("after"))
    except InboxError as error:
        await _say(socket, type="refused", error=problem(error))
    except (TypeError, KeyError, AttributeError, orjson.JSONDecodeError, TimeoutError):
        await socket.close(code=WSCloseCode.POLICY_VIOLATION)
    with contextlib.suppress(ConnectionError):
        await socket.close()
    return socket


class Conversing:
    """One open socket."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, visit: Visit) -> None:
        self.request = request
        self.services = request.app[keys.SERVICES]
        self.socket = socket
        self.visit = visit
        self._typed_at = 0.0

    async def run(self, after: Any) -> None:
        """Until either side goes."""
        telling = asyncio.create_task(self._tell(after if type(after) is int else None))
        telling.add_done_callback(lambda _: self.socket._req and None)
        hearing = asyncio.create_task(self._hear())
        _, pending = await asyncio.wait(
            (telling, hearing), return_when=asyncio.FIRST_COMPLETED
        )
        for task in pending:
            task.cancel()
        await asyncio.gather(telling, hearing, return_exceptions=True)
