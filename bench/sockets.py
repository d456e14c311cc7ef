"""How soon what a customer says is at the agents' pages."""

import asyncio
import resource
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

SOCKETS = 1_000
AT_ONCE = 20  # sockets opened together
BUSY_RATE, BUSY_SECONDS = 50, 8
FILES = 8_192
PAUSE_SECONDS = 0.03
PATIENCE_SECONDS = 30
WATCH = orjson.dumps({"t": "watch", "list": "unassigned::open"}).decode()

Socket = aiohttp.ClientWebSocketResponse


async def rows(place: Place, server: Running, bare: Running, times: int) -> list[Row]:
    """From the moment it is handed in, so that its commit is in it."""
    ours = (server, place.arrivals, {**JSON, **place.authorization})
    limits = (bare, "/say", JSON)
    each, limit = await _idle(*ours, times), await _idle(*limits, times)
    busy, busy_limit = await _busy(*ours), await _busy(*limits)
    all_have_it, takes = await _to_many(*ours)
    at_best, takes_at_best = await _to_many(*limits)
    return [
        Row(what="Handed in → on an agent's page, half within", figure=percentile(each, 50),
            unit="ms", goal=15, limit=percentile(limit, 50)),
        Row(what="Handed in → on an agent's page, 95 % within", figure=percentile(each, 95),
            unit="ms", goal=50, limit=percentile(limit, 95)),
        Row(what=f"The same at {BUSY_RATE} messages a second, 95 % within",
            figure=percentile(busy, 95), unit="ms", goal=250, limit=percentile(busy_limit, 95)),
        Row(what=f"Handed in → on all of {SOCKETS:,} pages", figure=all_have_it, unit="ms",
            goal=100, limit=at_best),
        Row(what="Memory of a page that waits", figure=takes, unit="KB", goal=20,
            limit=takes_at_best),
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


async def _busy(running: Running, path: str, headers: dict[str, str]) -> Sequence[float]:
    """At a steady pace, whatever the one before takes; one page hears them all."""
    count = BUSY_RATE * BUSY_SECONDS
    said: dict[str, float] = {}
    each: list[float] = []

    async def post(body: bytes) -> None:
        said[orjson.loads(body)["text"].split()[0]] = time.perf_counter()
        async with running.http.post(path, data=body, headers=headers) as answer:
            assert answer.status == 202, await answer.text()

    async def hear(socket: Socket) -> None:
        while said or len(each) < count:
            frame = await socket.receive_str()
            now = time.perf_counter()
            heard = [word for word in said if word in frame]
            each.extend((now - said.pop(word)) * 1000 for word in heard)

    async with AsyncExitStack() as stack, asyncio.timeout(BUSY_SECONDS + PATIENCE_SECONDS):
        hearing = asyncio.create_task(hear(await _open(running, stack)))
        posts = []
        for body in _numbered("busy", count):
            posts.append(asyncio.create_task(post(body)))
            await asyncio.sleep(1 / BUSY_RATE)
        await asyncio.gather(*posts, hearing)
    return each


def _numbered(prefix: str, count: int) -> Sequence[bytes]:
    """Each to a conversation of its own, with a word that stands in no other."""
    return [
        orjson.dumps({**orjson.loads(body), "thread": f"{prefix}{n}", "text": f"{prefix}x{n}x ok"})
        for n, body in enumerate(bodies(prefix, count))
    ]


async def _to_many(running: Running, path: str, headers: dict[str, str]) -> tuple[float, float]:
    """The middle of some tries, and the kilobytes that each socket takes on the server."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, most), most))
    async with AsyncExitStack() as stack:
        before = running.memory_megabytes()
        sockets: list[Socket] = []
        for _ in range(SOCKETS // AT_ONCE):
            sockets += await asyncio.gather(*(_open(running, stack) for _ in range(AT_ONCE)))
        takes = (running.memory_megabytes() - before) * 1024 / SOCKETS
        each = []
        for body in bodies("many", 7):
            each.append(await _say(running, path, headers, body, sockets))
            await asyncio.sleep(PAUSE_SECONDS)
    return percentile(each[1:], 50), takes


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
