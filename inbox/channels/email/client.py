"""The IMAP client of the library, on a socket of ours."""

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
        self.protocol = aioimaplib.IMAP4ClientProtocol(loop, conn_lost_cb)
        self._client_task = loop.create_task(
            loop.create_connection(
                lambda: self.protocol,
                sock=self._sock,
                ssl=ssl_context,
                server_hostname=host if ssl_context else None,
            )
        )
