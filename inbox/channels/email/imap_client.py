"""The library's IMAP client over a socket of ours, with a limit on what it lets a server send."""

import asyncio
import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from typing import Any

from aioimaplib import aioimaplib

from inbox.channels.base import TemporaryFailure
from inbox.i18n import Phrase

ANSWER_BYTES = 1024 * 1024  # for an answer that holds no mail

UID = re.compile(rb"\bUID (\d+)")
_FETCHED = re.compile(rb"^\d+ FETCH \(")


class Protocol(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]  # the library has no types
    """Ends the link at more bytes than were asked for: the library would keep all of them."""

    def __init__(self, loop: asyncio.AbstractEventLoop, conn_lost_cb: Any = None) -> None:
        super().__init__(loop, conn_lost_cb)
        self.heard_at = loop.time()
        self.allowed = ANSWER_BYTES

    @property
    def is_flooded(self) -> bool:
        return self.allowed < 0

    def data_received(self, data: bytes) -> None:
        assert self.loop
        self.heard_at = self.loop.time()
        self.allowed -= len(data)
        if self.is_flooded:
            self.transport.abort()
            return
        super().data_received(data)

    def _continuation(self, line: bytes) -> None:
        """A refused token is explained first; only after an empty line the server says NO."""
        pending = self.pending_sync_command
        if pending is not None and pending.name == "AUTHENTICATE":
            self.transport.write(b"\r\n")
        else:
            super()._continuation(line)


class Client(aioimaplib.IMAP4):  # type: ignore[misc]  # the library has no types
    """Over a socket that is connected already, so that its address could be checked."""

    def __init__(
        self, sock: socket.socket, context: ssl.SSLContext | None, host: str, timeout: float
    ) -> None:
        self._sock = sock
        super().__init__(host, 0, timeout=timeout, ssl_context=context)

    def create_client(
        self, host: str, _port: int, _loop: Any, conn_lost_cb: Any = None, ssl_context: Any = None
    ) -> None:
        loop = asyncio.get_running_loop()
        self.protocol = Protocol(loop, conn_lost_cb)
        self._client_task = loop.create_task(
            loop.create_connection(
                lambda: self.protocol,
                sock=self._sock,
                ssl=ssl_context,
                server_hostname=host if ssl_context else None,
            )
        )


def literals(lines: Sequence[bytes]) -> Mapping[int, bytes]:
    """UID → content; the UID may stand before or after the literal."""
    found: dict[int, bytes] = {}
    uid, content = None, None
    for line in lines:
        if isinstance(line, bytearray):
            content = bytes(line)
            continue
        if _FETCHED.match(line):
            uid, content = None, None
        named = UID.search(line)
        uid = int(named.group(1)) if named else uid
        if uid is not None and content is not None:
            found[uid] = content
    return found


def expect_ok(answer: Any, what: str) -> None:
    if answer.result != "OK":
        raise TemporaryFailure(
            Phrase("The mail server refuses to %(what)s: %(said)s", what=what, said=said_by(answer))
        )


def said_by(answer: Any) -> str:
    return bytes(answer.lines[-1]).decode("utf-8", "replace")[:300] if answer.lines else ""
