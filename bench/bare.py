"""The limit: aiohttp with one SQLite writer that commits in groups, and nothing of Inbox."""

import asyncio
import queue
import sqlite3
import sys
import threading
from pathlib import Path

import orjson
from aiohttp import web

BATCH = 200
SCHEMA = """
CREATE TABLE message (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, body BLOB);
CREATE TABLE conversation (thread TEXT PRIMARY KEY, preview TEXT, count INTEGER);
"""
ROW = """
INSERT INTO conversation VALUES (?, ?, 1)
ON CONFLICT DO UPDATE SET preview = excluded.preview, count = count + 1
"""
SOCKETS = web.AppKey("sockets", set[web.WebSocketResponse])


class Writer(threading.Thread):
    """Takes what waits into one durable transaction; answers after it."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self.path = path
        self.waiting: queue.SimpleQueue[tuple[bytes, asyncio.Future[None]]] = queue.SimpleQueue()

    def run(self) -> None:
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {SCHEMA}")
        while True:
            batch = [self.waiting.get()]
            while len(batch) < BATCH and not self.waiting.empty():
                batch.append(self.waiting.get())
            connection.execute("BEGIN IMMEDIATE")
            for body, _ in batch:
                _store(connection, body)
            connection.execute("COMMIT")
            for _, done in batch:
                done.get_loop().call_soon_threadsafe(done.set_result, None)


def main(port: str, folder: str) -> None:
    writer = Writer(Path(folder) / "bare.sqlite3")
    writer.start()

    async def arrive(request: web.Request) -> web.Response:
        done = asyncio.get_running_loop().create_future()
        writer.waiting.put((await request.read(), done))
        await done
        return web.Response(status=202)

    app = web.Application()
    app[SOCKETS] = set()
    app.router.add_get("/", page)
    app.router.add_get("/live", live)
    app.router.add_post("/say", say)
    app.router.add_post("/arrivals", arrive)
    web.run_app(app, host="127.0.0.1", port=int(port), access_log=None, print=None)


async def page(request: web.Request) -> web.Response:
    """As many bytes as are asked for."""
    return web.Response(body=b"x" * int(request.query.get("size", "1")), content_type="text/html")


async def live(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    request.app[SOCKETS].add(socket)
    async for _ in socket:
        pass
    request.app[SOCKETS].discard(socket)
    return socket


async def say(request: web.Request) -> web.Response:
    text = await request.text()
    for socket in request.app[SOCKETS]:
        await socket.send_str(text)
    return web.Response(status=202)


def _store(connection: sqlite3.Connection, body: bytes) -> None:
    message = orjson.loads(body)
    values = (message["external_id"], body)
    connection.execute("INSERT INTO message (external_id, body) VALUES (?, ?)", values)
    connection.execute(ROW, (message["thread"], message["text"][:160]))


if __name__ == "__main__":
    main(*sys.argv[1:])
