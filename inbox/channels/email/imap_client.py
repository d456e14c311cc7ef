"""The library's IMAP client, over a socket of ours, and with an end to a refused sign-in."""

import asyncio
import socket
import ssl
from typing import Any

from aioimaplib import aioimaplib

COMMAND_SECONDS = 30


class Client(aioimaplib.IMAP4):  # type: ignore[misc]  # the library has no types
    """Over a socket that is connected already, so that its address could be checked."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext | None, host: str) -> None:
        self._sock = sock
        super().__init__(host, 0, timeout=COMMAND_SECONDS, ssl_context=context)

    def create_client(
        self, host: str, _port: int, _loop: Any, conn_lost_cb: Any = None, ssl_context: Any = None
    ) -> None:
        loop = asyncio.get_running_loop()
        self.protocol = _Protocol(loop, conn_lost_cb)
        self._client_task = loop.create_task(
            loop.create_connection(
                lambda: self.protocol,
                sock=self._sock,
                ssl=ssl_context,
                server_hostname=host if ssl_context else None,
            )
        )


class _Protocol(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]  # the library has no types
    def _continuation(self, line: bytes) -> None:
        """A refused token is explained first; only after an empty line the server says NO."""
        pending = self.pending_sync_command
        if pending is not None and pending.name == "AUTHENTICATE":
            self.transport.write(b"\r\n")
        else:
            super()._continuation(line)
