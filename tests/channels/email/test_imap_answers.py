"""A server whose answers to FETCH hold no content."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from inbox.channels.base import Account, TemporaryFailure
from inbox.channels.email import EmailChannel
from inbox.channels.email.settings import EmailSettings
from tests.channels.email.conftest import Store

BODY = b"From: jane@customer.test\r\n\r\nHello\r\n"


class Server:
    """Two mails: the first has no content when asked for; `is_gone` says so when asked again."""

    def __init__(self, *, is_gone: bool) -> None:
        self.is_gone = is_gone
        self.was_asked = False
        self.talks: set[asyncio.Task[None]] = set()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.talks.add(asyncio.current_task())  # type: ignore[arg-type]
        writer.write(b"* OK [CAPABILITY IMAP4rev1] hi\r\n")
        while line := await reader.readline():
            tag, _, command = line.strip().partition(b" ")
            writer.write(self.answer(command.upper()))
            writer.write(tag + b" OK done\r\n")
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def answer(self, command: bytes) -> bytes:
        if command.startswith(b"CAPABILITY"):
            return b"* CAPABILITY IMAP4rev1\r\n"
        if command.startswith(b"SELECT"):
            return b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 3] ok\r\n"
        if command.startswith(b"UID SEARCH"):
            return b"* SEARCH 1 2\r\n"
        if b"RFC822.SIZE" in command:
            first = b"" if self.was_asked and self.is_gone else _size(1)
            return first + _size(2)
        if b"BODY.PEEK" in command:
            self.was_asked = True
            head = b"* 2 FETCH (UID 2 BODY[] {%d}\r\n" % len(BODY)
            return b"* 1 FETCH (UID 1 BODY[] NIL)\r\n" + head + BODY + b")\r\n"
        return b""


def _size(uid: int) -> bytes:
    return b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (uid, uid, len(BODY))


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[EmailChannel]:
    talks = await asyncio.start_server(server.talk, "127.0.0.1", 0)
    port = talks.sockets[0].getsockname()[1]
    settings = EmailSettings(
        email="s@shop.test", imap_host="127.0.0.1", imap_port=port, imap_security="none",
        imap_password="secret", start_with="everything",
    )  # fmt: skip
    account = Account(
        inbox_id="i", name="Mail", settings=settings, private_hosts=f"127.0.0.1:{port}"
    )
    try:
        yield EmailChannel(account)
    finally:
        talks.close()
        if server.talks:
            await asyncio.wait(server.talks, timeout=5)


async def test_a_mail_that_is_there_and_has_no_content_is_not_passed_over(store: Store) -> None:
    async with serving(Server(is_gone=False)) as channel:
        with pytest.raises(TemporaryFailure, match="UID"):
            async with asyncio.timeout(10):
                await channel.listen(store.checkpoint, store.record)

    assert (store.items, store.checkpoint["uid"]) == ({}, 0)


async def test_a_mail_that_is_gone_meanwhile_is_passed_over(store: Store) -> None:
    async with serving(Server(is_gone=True)) as channel:
        listening = asyncio.create_task(channel.listen(store.checkpoint, store.record))
        async with asyncio.timeout(10):
            while not store.items:
                await asyncio.sleep(0.02)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

    assert store.checkpoint["uid"] == 2
