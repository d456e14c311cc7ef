"""How soon what a customer says is at the agents' pages."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

import aiohttp
import orjson

from bench.ingest import JSON, bodies
from bench.load import percentile
from bench.place import Place
from bench.running import Running
from bench.table import Row

SOCKETS = 200
PAUSE_SECONDS = 0.03
PATIENCE_SECONDS = 30
WATCH = orjson.dumps({"t": "watch", "list": "unassigned::open"}).decode()

Socket = aiohttp.ClientWebSocketResponse


async def rows(place: Place, server: Running, bare: Running, times: int) -> list[Row]:
    """From the moment it is handed in, so that its commit is in it."""
    ours = (server, place.arrivals, {**JSON, **place.authorization})
    limits = (bare, "/say", JSON)
    each, limit = await _idle(*ours, times), await _idle(*limits, times)
    all_have_it, at_best = await _to_many(*ours), await _to_many(*limits)
    return [
        Row(what="Handed in → on an agent's page, half within", figure=percentile(each, 50),
            unit="ms", goal=15, limit=percentile(limit, 50)),
        Row(what="Handed in → on an agent's page, 95 % within", figure=percentile(each, 95),
            unit="ms", goal=50, limit=percentile(limit, 95)),
        Row(what=f"Handed in → on all of {SOCKETS} pages", figure=all_have_it, unit="ms",
            goal=100, limit=at_best),
    ]  # fmt: skip


async def _idle(
    running: Running, path: str, headers: dict[str, str], times: int
) -> Sequence[float]:
    each = []
    async with AsyncExitStack() as stack:
        socket = await _open(running, stack)
        for body in bodies("idle", times + 3):
            each.append(await _say(running, path, headers, body, [socket]))
            await asyncio.sleep(PAUSE_SECONDS)
    return each[3:]


async def _to_many(running: Running, path: str, headers: dict[str, str]) -> float:
    """The middle of some tries."""
    async with AsyncExitStack() as stack:
        sockets = [await _open(running, stack) for _ in range(SOCKETS)]
        each = []
        for body in bodies("many", 7):
            each.append(await _say(running, path, headers, body, sockets))
            await asyncio.sleep(PAUSE_SECONDS)
    return percentile(each[1:], 50)


async def _say(
    running: Running, path: str, headers: dict[str, str], body: bytes, sockets: Sequence[Socket]
) -> float:
    """Milliseconds until every socket has it; a lost one ends the run."""
    said = orjson.loads(body)["text"][:40]
    waiting = [asyncio.create_task(_hears(socket, said)) for socket in sockets]
    began = time.perf_counter()
    async with running.http.post(path, data=body, headers=headers) as answer:
        assert answer.status == 202, await answer.text()
    async with asyncio.timeout(PATIENCE_SECONDS):
        heard = await asyncio.gather(*waiting)
    return (max(heard) - began) * 1000


async def _hears(socket: Socket, said: str) -> float:
    while said not in await socket.receive_str():
        pass
    return time.perf_counter()


async def _open(running: Running, stack: AsyncExitStack) -> Socket:
    headers = {"Origin": running.base}
    socket = await stack.enter_async_context(running.http.ws_connect("/live", headers=headers))
    await socket.send_str(WATCH)
    return socket
