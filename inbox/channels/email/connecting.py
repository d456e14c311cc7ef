"""Sockets to mail servers: only to public addresses, and to those the operator has allowed."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from typing import Any

from inbox.channels.base import Unreachable
from inbox.i18n import Phrase
from inbox.outgoing import is_public
from inbox.resolving import resolve

CONNECT_SECONDS = 15


async def connect(host: str, port: int, private_hosts: str) -> socket.socket:
    """Checked on the resolved address, where the socket is made."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            found = await resolve(host, port)
            return await _first_that_answers(found, _allowed(host, port, private_hosts))
    except TimeoutError:
        raise Unreachable(
            Phrase(
                "%(host)s does not answer on port %(port)s. Check the server's name and the port.",
                host=host,
                port=port,
            )
        ) from None
    except (socket.gaierror, UnicodeError):  # the latter of names longer than any can be
        raise Unreachable(Phrase("There is no server with the name %(host)s.", host=host)) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unreachable(
            Phrase(
                "%(host)s refuses connections on port %(port)s: %(reason)s.",
                host=host,
                port=port,
                reason=reason,
            )
        ) from None


def tls() -> ssl.SSLContext:
    """Certificates and names are checked."""
    return ssl.create_default_context()


def _allowed(host: str, port: int, private_hosts: str) -> bool:
    entries = {entry.strip() for entry in private_hosts.split(",")}
    return f"{host}:{port}" in entries


async def _first_that_answers(found: Sequence[Any], allowed: bool) -> socket.socket:
    loop, last = asyncio.get_running_loop(), OSError("no address")
    for family, kind, protocol, _, address in found:
        if not allowed and not is_public(str(address[0])):
            last = OSError(
                "this address is not public; the operator can allow it in INBOX_PRIVATE_HOSTS"
            )
            continue
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        try:
            await loop.sock_connect(made, address)
        except OSError as error:
            last = error
            made.close()
        except BaseException:
            made.close()
            raise
        else:
            return made
    raise last
