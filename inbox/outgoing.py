"""The one HTTP client for calls to the outside; refuses addresses that are not public.

The check is made where the socket is created, on the resolved address, so that no spelling of an
address, no name and no redirect gets round it.
"""

import ipaddress
import socket
from typing import Any

import aiohttp

from inbox.errors import Unavailable

TIMEOUT_SECONDS = 15
MAX_ANSWER_BYTES = 32 * 1024 * 1024


class Refused(Unavailable):
    """This address is not public, so it is not called."""


def client(private_hosts: str = "") -> aiohttp.ClientSession:
    """Made in a running loop; `private_hosts` lists `address:port` that may be called anyway."""
    allowed = {entry.strip() for entry in private_hosts.split(",") if entry.strip()}

    def make_socket(info: Any) -> socket.socket:
        family, kind, protocol, _, address = info
        if not is_public(address[0]) and f"{address[0]}:{address[1]}" not in allowed:
            raise Refused
        return socket.socket(family, kind, protocol)

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(socket_factory=make_socket, limit_per_host=20),
        timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
        auto_decompress=True,
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def is_public(address: str) -> bool:
    """False for loopback, private, link-local, carrier and mapped forms of them."""
    found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return (mapped or found).is_global and not (mapped or found).is_multicast


async def read_limited(response: aiohttp.ClientResponse, limit: int = MAX_ANSWER_BYTES) -> bytes:
    """The body, as long as it stays within `limit` bytes."""
    chunks, size = [], 0
    async for chunk in response.content.iter_chunked(65536):
        size += len(chunk)
        if size > limit:
            response.close()
            raise Unavailable(f"The answer is larger than {limit} bytes.")
        chunks.append(chunk)
    return b"".join(chunks)
