"""A provider on loopback, which answers what a test tells it to."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from inbox import outgoing
from inbox.channels.base import Account, ChannelSettings


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    form: dict[str, Any]


@dataclass
class Provider:
    """Answers are (status, JSON, headers), bytes, "hang" or "drop"; the last one stays."""

    base: str = ""
    answers: deque[Any] = field(default_factory=deque)
    seen: list[Seen] = field(default_factory=list)

    def will_answer(self, status: int, body: Any = None, **headers: str) -> None:
        self.answers.append((status, body, headers))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        multipart = request.content_type.startswith("multipart/")
        body = b"" if multipart else await request.read()
        form = {name: _plain(value) for name, value in (await request.post()).items()}
        headers = dict(request.headers)
        self.seen.append(Seen(request.method, request.path, headers, body, form))
        answer = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
        if answer == "drop":
            assert request.transport
            request.transport.close()
            return web.Response()
        if answer == "hang":
            await asyncio.sleep(30)
        if isinstance(answer, bytes):
            return web.Response(body=answer)
        status, value, more = answer
        more = {name.replace("_", "-"): text for name, text in more.items()}
        return web.json_response(value, status=status, headers=more)


def _plain(value: str | bytearray | bytes | web.FileField) -> Any:
    return (value.filename, value.file.read()) if isinstance(value, web.FileField) else value


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    provider = Provider()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", provider.handle)
    server = TestServer(app)
    await server.start_server()
    provider.base = str(server.make_url("")).rstrip("/")
    yield provider
    await server.close()


@pytest.fixture
async def account(provider: Provider) -> AsyncIterator[Callable[[ChannelSettings], Account]]:
    """An account whose client may call the provider."""
    port = provider.base.rpartition(":")[2]
    http = outgoing.client(f"127.0.0.1:{port}, ::1:{port}")  # localhost may be either

    def make(settings: ChannelSettings) -> Account:
        return Account(
            inbox_id="inbox-1",
            name="Support",
            settings=settings,
            hook_url="https://inbox.example.com/hooks/inbox-1",
            http=http,
            key=b"k" * 32,
        )

    yield make
    await http.close()


@pytest.fixture
async def nobody() -> AsyncIterator[tuple[str, Callable[[ChannelSettings], Account]]]:
    """An address at which nobody listens, and accounts that may call it."""
    port = unused_port()
    http = outgoing.client(f"127.0.0.1:{port}")

    def make(settings: ChannelSettings) -> Account:
        return Account(inbox_id="inbox-1", name="Support", settings=settings, http=http)

    yield f"http://127.0.0.1:{port}", make
    await http.close()
