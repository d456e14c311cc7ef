"""The one HTTP client for calls to the outside; refuses addresses that are not public.

The check is made where the socket is created, on the resolved address, so that no spelling of an
address, no name and no redirect gets round it.
"""

import ipaddress
import socket
from typing import Any

import aiohttp

from inbox.errors import Unavailable
from inbox.i18n import Phrase
from inbox.resolving import Resolver

TIMEOUT_SECONDS = 15
DNS_SECONDS = 10  # after which a name that moved is followed
MAX_ANSWER_BYTES = 32 * 1024 * 1024
# NAT64 (RFC 6052, 8215) and the "compatible" addresses of old
WITH_IPV4_AT_THE_END = tuple(
    ipaddress.IPv6Network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")
)


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
        connector=aiohttp.TCPConnector(
            socket_factory=make_socket,
            resolver=Resolver(),
            ttl_dns_cache=DNS_SECONDS,
            limit_per_host=20,
        ),
        timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
        auto_decompress=True,
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def is_public(address: str) -> bool:
    """False for loopback, private, link-local, carrier and every form that carries one of them."""
    found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    meant = _carried(found) if isinstance(found, ipaddress.IPv6Address) else found
    return meant.is_global and not meant.is_multicast


def _carried(found: ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that a gateway makes of an IPv6 one, or the address itself."""
    if carried := found.ipv4_mapped or found.sixtofour:
        return carried
    if any(found in network for network in WITH_IPV4_AT_THE_END):
        return ipaddress.IPv4Address(found.packed[-4:])
    return found


async def read_limited(response: aiohttp.ClientResponse, limit: int = MAX_ANSWER_BYTES) -> bytes:
    """The body, as long as it stays within `limit` bytes."""
    chunks, size = [], 0
    async for chunk in response.content.iter_chunked(65536):
        size += len(chunk)
        if size > limit:
            response.close()
            raise Unavailable(Phrase("The answer is larger than %(limit)d bytes.", limit=limit))
        chunks.append(chunk)
    return b"".join(chunks)
