"""A mail server on loopback: anybody may write to the shop, and the shop to anybody."""

import asyncio
import logging
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from inbox.simulators.faults import Faults
from inbox.simulators.loopback import HOST

MAX_MAIL_BYTES = 150 * 1024 * 1024

Take = Callable[[str, list[str], bytes], Awaitable[None]]


class SmtpServer:
    """`take(sender, recipients, content)` gets each mail; `port` 0 takes a free one, once."""

    def __init__(
        self, login: str, password: str, *, faults: Faults, take: Take, port: int = 0
    ) -> None:
        self.login = login
        self.password = password
        self.faults = faults
        self.take = take
        self.port = port
        self._server: asyncio.Server | None = None
        self._protocols: weakref.WeakSet[SMTP] = weakref.WeakSet()

    async def start(self) -> None:
        if self._server:
            return
        # aiosmtpd warns of an attribute of its own at every login
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuses new connections and cuts the open ones."""
        if not self._server:
            return
        self._server.close()
        for protocol in self._protocols:
            if isinstance(protocol.transport, asyncio.WriteTransport):
                protocol.transport.abort()
        await self._server.wait_closed()
        self._server = None

    def _protocol(self) -> SMTP:
        protocol = SMTP(
            _Handler(self),
            data_size_limit=MAX_MAIL_BYTES,
            enable_SMTPUTF8=True,
            hostname="localhost",
            auth_require_tls=False,
            authenticator=self._authenticate,
            loop=asyncio.get_running_loop(),
        )
        self._protocols.add(protocol)
        return protocol

    def _authenticate(self, *args: Any) -> AuthResult:
        given = args[-1]
        known = LoginPassword(self.login.encode(), self.password.encode())
        return AuthResult(success=given == known, handled=False)


class _Handler:
    """The names of the methods are aiosmtpd's."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server

    async def handle_RCPT(  # noqa: N802
        self, _smtp: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if not session.authenticated and not is_for(address, self.server.login):
            return "530 5.7.0 Authentication required to send to others"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, smtp: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        failure = self.server.faults.take()
        if failure:
            await asyncio.sleep(failure.delay)
        if not failure or failure.accepted:
            content = envelope.original_content or b""
            await self.server.take(envelope.mail_from or "", envelope.rcpt_tos, content)
        if not failure:
            return "250 2.0.0 OK queued"
        if not failure.status and isinstance(smtp.transport, asyncio.WriteTransport):
            smtp.transport.abort()
        return f"{failure.status or 421} {failure.message}"


def is_for(address: str, mailbox: str) -> bool:
    """Whether `address` is the mailbox's own or one of its plus addresses."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" == mailbox.lower()
