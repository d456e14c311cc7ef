"""The shop's INBOX over IMAP on loopback: pymap's in-memory backend, filled from our files."""

import asyncio
import ssl
from argparse import Namespace
from datetime import datetime

from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, DictBackend, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.user import Passwords, UserMetadata
from pysasl.hashing import BuiltinHash

from inbox.simulators.loopback import HOST

HASH_ROUNDS = 1000  # the password is public, so hashing it dearly protects nothing


class ImapServer:
    """One login, one mailbox; `port` 0 takes a free one and keeps it."""

    def __init__(self, login: str, password: str, uid_validity: int, port: int = 0) -> None:
        self.login = login
        self.password = password
        self.port = port
        self._config = _config(login, password)
        self._mailboxes = _StableMailboxes(uid_validity)
        self._config.set_cache[login] = (self._mailboxes, FilterSet())
        self._server: asyncio.Server | None = None
        self._imap: IMAPServer | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(self) -> None:
        if self._server:
            return
        self._imap = self._imap or await self._open_backend()
        self._server = await asyncio.start_server(self._connected, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuses new connections and cuts the open ones."""
        if not self._server:
            return
        self._server.close()
        for writer in self._connections.values():
            writer.transport.abort()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    async def append(self, content: bytes, at: datetime) -> None:
        """Put a mail at the end of INBOX; whoever idles is told at once."""
        mailbox = await self._mailboxes.get_mailbox("INBOX")
        await mailbox.append(AppendMessage(content, at, frozenset()), recent=True)

    async def _open_backend(self) -> IMAPServer:
        login = Login(self._config)
        hashed = await Passwords(self._config).hash_password(self.password)
        await login.demo_user_identity.set(UserMetadata(self._config, self.login, password=hashed))
        return IMAPServer(DictBackend(login, self._config).login, self._config)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert self._imap
        task = asyncio.current_task()
        assert task
        self._connections[task] = writer
        try:
            await self._imap(reader, writer, SocketInfo.get(writer, None))
        finally:
            del self._connections[task]
            writer.close()


class _StableMailboxes(MailboxSet):
    """Numbers count on from the same start, so that with the same validity they stay the same."""

    def __init__(self, uid_validity: int) -> None:
        super().__init__()
        self._inbox._uid_validity = uid_validity  # noqa: SLF001  pymap draws one at each start


def _config(login: str, password: str) -> Config:
    return Config(
        Namespace(passlib_cfg=None, proxy_protocol=None),
        host=HOST,
        port=0,
        demo_data=False,
        demo_user=login,
        demo_password=password,
        tls_enabled=False,
        reject_dnsbl=False,
        ssl_context=ssl.create_default_context(ssl.Purpose.CLIENT_AUTH),
        hash_context=BuiltinHash(rounds=HASH_ROUNDS),
        cpu_subsystem=Subsystem.for_asyncio(),
    )
