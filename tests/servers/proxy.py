"""A link that breaks on purpose: a TCP relay on loopback that cuts, stalls and swallows."""

import asyncio
import socket
import struct
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

HOST = "127.0.0.1"
READ_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """When a link is cut: after so many bytes up (to the server) or down. None: never.

    A cut is a reset; `is_gentle` ends the link in good order instead, and `is_stuck` leaves it open
    with nothing more to come. `is_silent` takes the connection and lets nothing through, for ever.
    """

    up: int | None = None
    down: int | None = None
    is_gentle: bool = False
    is_stuck: bool = False
    is_silent: bool = False


WHOLE = Fate()


class Proxy:
    """`fates` are taken one by one by the links to come, `default` by those after them."""

    def __init__(self, target_port: int, port: int = 0) -> None:
        self.target_port = target_port
        self.port = port
        self.fates: deque[Fate] = deque()
        self.default = WHOLE
        self.is_stalled = False  # as if a cable was pulled: nothing passes, nothing ends
        self.cuts = 0
        self._links: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._link, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server
        self._server.close()
        self.cut()
        await self._server.wait_closed()
        if self._tasks:  # or what they hold would outlive the loop
            await asyncio.wait(self._tasks, timeout=5)

    def cut(self) -> None:
        """Reset every open link, in whatever it is doing."""
        for writer in list(self._links):
            self._reset(writer)

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fate = self.fates.popleft() if self.fates else self.default
        self._links.add(writer)
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        server: asyncio.StreamWriter | None = None
        try:
            if fate.is_silent:
                await self._swallow(reader)
                return
            answers, server = await asyncio.open_connection(HOST, self.target_port)
            self._links.add(server)
            pumps = (
                self._pump(reader, server, fate.up, fate),
                self._pump(answers, writer, fate.down, fate),
            )
            ends = [asyncio.ensure_future(pump) for pump in pumps]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
        except asyncio.CancelledError:
            return  # the loop closes; asyncio would log what the handler was doing
        except OSError:
            self._reset(writer)
        finally:
            for end_point in filter(None, (writer, server)):
                await self._end(end_point)

    async def _end(self, end_point: asyncio.StreamWriter) -> None:
        self._links.discard(end_point)
        end_point.close()
        with suppress(OSError):
            await end_point.wait_closed()

    async def _swallow(self, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while await reader.read(READ_BYTES):
                pass

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        limit: int | None,
        fate: Fate,
    ) -> None:
        passed = 0
        with suppress(OSError):
            while data := await reader.read(READ_BYTES):
                if self.is_stalled:
                    continue
                if limit is not None and passed + len(data) > limit:
                    writer.write(data[: limit - passed])
                    await writer.drain()
                    self.cuts += 1
                    if fate.is_stuck:
                        await asyncio.Event().wait()
                    if not fate.is_gentle:
                        self.cut()
                    return
                passed += len(data)
                writer.write(data)
                await writer.drain()

    def _reset(self, writer: asyncio.StreamWriter) -> None:
        """RST instead of FIN, as when a machine goes away."""
        held = writer.get_extra_info("socket")
        if held is not None and not writer.is_closing():
            held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()


@asynccontextmanager
async def proxy_to(target_port: int, port: int = 0) -> AsyncIterator[Proxy]:
    proxy = Proxy(target_port, port)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()
