"""Names to addresses on threads of their own: where DNS is slow, nobody else waits for one."""

import asyncio
import functools
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

THREADS = 8
SECONDS = 10.0  # a resolver that has not answered by then has lost the question

_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="dns")


async def resolve(host: str, port: int, family: int = 0, flags: int = 0) -> list[Any]:
    """As socket.getaddrinfo answers; raises TimeoutError or what that raises."""
    look_up = functools.partial(
        socket.getaddrinfo, host, port, family, socket.SOCK_STREAM, 0, flags
    )
    async with asyncio.timeout(SECONDS):
        return await asyncio.get_running_loop().run_in_executor(_pool, look_up)


class Resolver(AbstractResolver):
    """For the HTTP client, which keeps what it learns for a few seconds only."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises OSError, also when there was no answer in time."""
        try:
            found = await resolve(host, port, family, socket.AI_ADDRCONFIG)
        except (TimeoutError, UnicodeError) as error:
            raise OSError(None, f"{host} could not be looked up in time.") from error
        return [
            ResolveResult(
                hostname=host, host=str(address[0]), port=address[1],
                family=kind, proto=protocol, flags=socket.AI_NUMERICHOST,
            )
            for kind, _, protocol, _, address in found
        ]  # fmt: skip

    async def close(self) -> None:
        """The threads are everybody's."""
