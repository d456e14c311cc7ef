"""An SMTP server that takes mail, or does to it what it is told."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

HOST = "127.0.0.1"
DOT = "."  # in `answers`: what is said after the end of a mail
DROP = ""  # as an answer: nothing, and the link ends


@dataclass(frozen=True, slots=True)
class Mail:
    sender: str
    recipients: list[str]
    content: bytes


@dataclass
class SmtpServer:
    """`answers` are by the beginning of a command, `banner` or DOT; the longest beginning wins.

    A list is said one by one, its last for ever. `lose_after_dot`: so many mails are taken without
    a word, and the link ends. `drip` is the pause in seconds between two bytes of an answer. With
    `tls` STARTTLS is offered.
    """

    answers: dict[str, str | list[str]] = field(default_factory=dict)
    lose_after_dot: int = 0
    drip: float = 0
    tls: ssl.SSLContext | None = None
    port: int = 0
    taken: list[Mail] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    connections: int = 0
    _talks: set["asyncio.Task[None]"] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        """On the port it had before."""
        self._server = await asyncio.start_server(self._talk, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuses new links and cuts those there are."""
        assert self._server
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self._server.wait_closed()

    def settings(self, **more: Any) -> dict[str, Any]:
        """Values for EmailSettings."""
        return {
            "email": "help@shop.test",
            "smtp_host": HOST,
            "smtp_port": self.port,
            "smtp_security": "none",
            "smtp_user": "",
            "smtp_password": "secret",
            **more,
        }

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task
        self._talks.add(task)
        task.add_done_callback(self._talks.discard)
        with suppress(OSError, asyncio.CancelledError, asyncio.IncompleteReadError):
            await _Talk(self, reader, writer).converse()
        writer.transport.abort()

    def answer_to(self, command: str, default: str) -> str:
        found = [name for name in self.answers if command.upper().startswith(name.upper())]
        if not found:
            return default
        said = self.answers[max(found, key=len)]
        if isinstance(said, str):
            return said
        return said.pop(0) if len(said) > 1 else said[0]


@dataclass
class _Talk:
    server: SmtpServer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    sender: str = ""
    recipients: list[str] = field(default_factory=list)

    async def converse(self) -> None:
        if not await self._say(self.server.answer_to("banner", "220 hi")):
            return
        while line := await self.reader.readline():
            command = line.decode().strip()
            answer = self.server.answer_to(command, self._default(command))
            if not await self._say(answer):
                return
            if not await self._follow(command, answer):
                return

    def _default(self, command: str) -> str:
        word = command.upper().partition(" ")[0]
        offers = ["250-me", *(["250-STARTTLS"] if self.server.tls else []), "250 AUTH PLAIN LOGIN"]
        known = {"EHLO": "\r\n".join(offers), "AUTH": "235 welcome", "DATA": "354 go on",
                 "STARTTLS": "220 go on", "QUIT": "221 bye"}  # fmt: skip
        return known.get(word, "250 ok")

    async def _follow(self, command: str, answer: str) -> bool:
        """What the command does once it was answered; False ends the talk."""
        word, _, rest = command.partition(" ")
        is_well = answer[:1] in "23"
        if word.upper() == "AUTH":
            self.server.logins.append(rest)
        elif word.upper() == "MAIL" and is_well:
            self.sender, self.recipients = _path(rest), []
        elif word.upper() == "RCPT" and is_well:
            self.recipients.append(_path(rest))
        elif word.upper() == "STARTTLS" and is_well and self.server.tls:
            await self.writer.start_tls(self.server.tls)
        elif word.upper() == "DATA" and answer.startswith("3"):
            return await self._take()
        return word.upper() != "QUIT"

    async def _take(self) -> bool:
        content = await self.reader.readuntil(b"\r\n.\r\n")
        answer = self.server.answer_to(DOT, "250 queued")
        if answer.startswith("2"):
            plain = content.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
            self.server.taken.append(Mail(self.sender, self.recipients, plain))
        if answer.startswith("2") and self.server.lose_after_dot:
            self.server.lose_after_dot -= 1
            return False
        return await self._say(answer)

    async def _say(self, answer: str) -> bool:
        if answer == DROP:
            return False
        text = answer.encode() + b"\r\n"
        step = 1 if self.server.drip else len(text)
        for at in range(0, len(text), step):
            self.writer.write(text[at : at + step])
            await self.writer.drain()
            await asyncio.sleep(self.server.drip)
        return True


def _path(argument: str) -> str:
    return argument.partition("<")[2].partition(">")[0]


@asynccontextmanager
async def smtp_server(**options: Any) -> AsyncIterator[SmtpServer]:
    server = SmtpServer(**options)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
