"""An IMAP server with one folder, which does not do all that a server should."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

HOST = "127.0.0.1"
CHUNK = b"x" * 65536

_RANGE = re.compile(rb"BODY\.PEEK\[\]<(\d+)\.(\d+)>")


@dataclass
class ImapServer:
    """`mails` are by UID. `idle` is what happens to who idles:

    "announces" (as it should be), "ignores" (never says that it has begun), "chats" (keeps the link
    alive with words that are no mail), "leaves" (says BYE). `sizes` and `announced` are lies about
    a mail's size, in the list and before its content; `silent` UIDs have no content at all.
    """

    mails: dict[int, bytes] = field(default_factory=dict)
    extensions: str = "IDLE"
    login: str = "OK welcome"
    idle: str = "announces"
    sizes: dict[int, int] = field(default_factory=dict)
    announced: dict[int, int] = field(default_factory=dict)
    silent: set[int] = field(default_factory=set)
    uid_validity: int = 7
    port: int = 0
    logins: int = 0
    commands: list[str] = field(default_factory=list)
    _talks: set["asyncio.Task[None]"] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._talk, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def links(self) -> int:
        """How many are open."""
        return len(self._talks)

    def put(self, content: bytes) -> int:
        uid = max(self.mails, default=0) + 1
        self.mails[uid] = content
        return uid

    def settings(self, **more: Any) -> dict[str, Any]:
        """Values for EmailSettings."""
        return {
            "email": "help@shop.test",
            "imap_host": HOST,
            "imap_port": self.port,
            "imap_security": "none",
            "imap_password": "secret",
            "start_with": "everything",
            **more,
        }

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._talks.add(task)
        task.add_done_callback(self._talks.discard)
        with suppress(OSError, asyncio.CancelledError):
            await _Talk(self, reader, writer).converse()
        writer.transport.abort()


@dataclass
class _Talk:
    server: ImapServer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    known: int = 0  # how many mails there were when they were listed last

    async def converse(self) -> None:
        self._say(f"* OK [CAPABILITY IMAP4rev1 {self.server.extensions}] hi")
        while line := await self.reader.readline():
            tag, _, command = line.strip().partition(b" ")
            self.server.commands.append(command.decode())
            word = command.upper()
            if word.startswith(b"IDLE"):
                if not await self._idle():
                    return
            elif word.startswith(b"LOGIN"):
                self.server.logins += 1
                self._say(f"{tag.decode()} {self.server.login}")
                continue
            else:
                await self._answer(word)
            self._say(f"{tag.decode()} OK done")
            await self.writer.drain()

    async def _answer(self, word: bytes) -> None:
        mails = self.server.mails
        if word.startswith(b"CAPABILITY"):
            self._say(f"* CAPABILITY IMAP4rev1 {self.server.extensions}")
        elif word.startswith(b"SELECT"):
            self._say(f"* {len(mails)} EXISTS")
            self._say(f"* OK [UIDVALIDITY {self.server.uid_validity}] ok")
            self._say(f"* OK [UIDNEXT {max(mails, default=0) + 1}] ok")
        elif word.startswith(b"UID SEARCH"):
            self.known = len(mails)
            self._say("* SEARCH " + " ".join(map(str, mails)))
        elif b"RFC822.SIZE" in word:
            for uid in self._wanted(word):
                size = self.server.sizes.get(uid, len(mails[uid]))
                self._say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {size})")
        elif b"BODY.PEEK" in word:
            for uid in self._wanted(word):
                await self._content(uid, _RANGE.search(word))

    async def _content(self, uid: int, part: re.Match[bytes] | None) -> None:
        if uid in self.server.silent:
            self._say(f"* {uid} FETCH (UID {uid} BODY[] NIL)")
            return
        content = self.server.mails[uid]
        if part:
            start, length = int(part.group(1)), int(part.group(2))
            content = content[start : start + length]
        lie = self.server.announced.get(uid)
        self._say(f"* {uid} FETCH (UID {uid} BODY[] {{{len(content) if lie is None else lie}}}")
        self.writer.write(content)
        for _ in range((lie or 0) // len(CHUNK)):
            self.writer.write(CHUNK)
            await self.writer.drain()
        self._say(")")

    def _wanted(self, word: bytes) -> list[int]:
        numbers = word.split()[2].split(b",")
        return [int(number) for number in numbers if int(number) in self.server.mails]

    async def _idle(self) -> bool:
        if self.server.idle == "ignores":
            await asyncio.Event().wait()
        self._say("+ idling")
        if self.server.idle == "leaves":
            self._say("* BYE for today")
            await self.writer.drain()
            return False
        known = self.known
        done = asyncio.ensure_future(self.reader.readline())
        while not done.done():
            if self.server.idle == "chats":
                self._say("* OK Still here")
            elif known != len(self.server.mails):
                known = len(self.server.mails)
                self._say(f"* {len(self.server.mails)} EXISTS")
            await asyncio.wait({done}, timeout=0.05)
        return True

    def _say(self, text: str) -> None:
        self.writer.write(text.encode() + b"\r\n")


@asynccontextmanager
async def imap_server(**options: Any) -> AsyncIterator[ImapServer]:
    server = ImapServer(**options)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
