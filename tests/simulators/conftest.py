"""Simulators on free ports, and a shop that keeps every call of its hooks."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from inbox.simulators.providers import Simulators


@dataclass
class HookCall:
    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.url.removeprefix("http://").partition("/")[2]


@dataclass
class Shop:
    """Answers hooks with the next of `statuses`, and with 200 when there is none."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    calls: asyncio.Queue[HookCall] = field(default_factory=asyncio.Queue)

    async def hook(self, request: web.Request) -> web.Response:
        body = await request.read()
        await self.calls.put(HookCall(str(request.url), dict(request.headers), body))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    async def next_call(self) -> HookCall:
        async with asyncio.timeout(5):
            return await self.calls.get()


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    made = Shop()
    app = web.Application()
    app.router.add_post("/hooks/{inbox}", made.hook)
    server = TestServer(app)
    await server.start_server()
    made.url = str(server.make_url("/")).rstrip("/")
    yield made
    await server.close()


@pytest.fixture
async def simulators(tmp_path: Path, shop: Shop) -> AsyncIterator[Simulators]:
    made = await Simulators.start(tmp_path, shop.url)
    made.twilio.step_seconds = 0.02
    made.telegram.updates.retry_seconds = 0.02
    yield made
    await made.stop()
