"""A mail of a hundred megabytes: read with its files, by way of real servers and the simulator."""

import asyncio
import base64
import hashlib
import os
import smtplib
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from sqlmodel import select

from inbox import seed
from inbox.channels.email.settings import EmailSettings
from inbox.desk import inboxes
from inbox.events import SYSTEM
from inbox.model import Attachment, Message
from inbox.simulators.mailbox import ADDRESS
from tests.journeys import product as whole
from tests.journeys.product import Product, until
from tests.servers.mail import MailServers, running_mail_servers

PATIENCE_SECONDS = 60
MEGABYTE = 1024 * 1024
SENDER = "emma.clarke@post.example"

pytestmark = pytest.mark.slow


@pytest.fixture
def servers() -> Iterator[MailServers]:
    with running_mail_servers() as running:
        yield running


@pytest.mark.servers
async def test_a_hundred_megabytes_come_through_dovecot(
    servers: MailServers, tmp_path: Path
) -> None:
    shop = servers.add_user("help")
    content = os.urandom(73 * MEGABYTE)
    servers.drop_in(shop, [mail(shop, content)])
    async with whole.running(tmp_path, private_hosts=servers.private_hosts) as product:
        await connect(product, EmailSettings(**servers.settings(shop, start_with="everything")))
        await comes_whole(product, content)

    assert list((tmp_path / "spool").iterdir()) == []


async def test_a_large_mail_comes_through_the_simulator(tmp_path: Path) -> None:
    content = os.urandom(8 * MEGABYTE)
    async with whole.running(tmp_path) as product:
        await asyncio.to_thread(send, product.simulators.ports.smtp, mail(ADDRESS, content))
        await comes_whole(product, content)


async def comes_whole(product: Product, content: bytes) -> None:
    """Its text is shown and its file can be downloaded, byte for byte."""
    await until(lambda: bool(found(product)), "the mail is read", PATIENCE_SECONDS)
    ((message, attachment),) = found(product)

    assert message.text == "Here are the plans."
    assert (attachment.name, attachment.size) == ("plans.zip", len(content))
    assert await downloaded(product.url, attachment.id) == hashlib.sha256(content).hexdigest()


def found(product: Product) -> list[tuple[Message, Attachment]]:
    query = select(Message, Attachment).where(
        Message.subject == "Plans", Attachment.message_id == Message.id
    )
    return product.services.database.look(lambda s: [tuple(row) for row in s.exec(query)])


async def downloaded(url: str, attachment_id: str) -> str:
    """The hash of what an agent gets."""
    digest = hashlib.sha256()
    given = {"email": seed.OWNER_EMAIL, "password": seed.PASSWORD}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.post(f"{url}/sign-in", data=given) as answer:
            assert answer.status == 200
        async with http.get(f"{url}/attachments/{attachment_id}") as answer:
            assert answer.status == 200
            assert answer.headers["Content-Disposition"].startswith("attachment;")
            async for chunk in answer.content.iter_chunked(MEGABYTE):
                digest.update(chunk)
    return digest.hexdigest()


async def connect(product: Product, settings: EmailSettings) -> None:
    vault, inbox_id = product.services.vault, product.inboxes["email"].id
    await product.services.database.write(
        lambda s: inboxes.set_settings(
            s, inbox_id, settings, settings.email, vault=vault, by=SYSTEM
        )
    )


def mail(recipient: str, content: bytes) -> bytes:
    """The library would need half a minute to write this."""
    return b"\r\n".join(
        [
            f"From: Emma Clarke <{SENDER}>\r\nTo: {recipient}".encode(),
            b"Subject: Plans\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000",
            b"Message-ID: <plans@post.example>\r\nMIME-Version: 1.0",
            b'Content-Type: multipart/mixed; boundary="edge"\r\n\r\n--edge',
            b"Content-Type: text/plain\r\n\r\nHere are the plans.\r\n--edge",
            b"Content-Type: application/zip; name=plans.zip",
            b"Content-Disposition: attachment; filename=plans.zip",
            b"Content-Transfer-Encoding: base64\r\n",
            base64.encodebytes(content).replace(b"\n", b"\r\n") + b"--edge--\r\n",
        ]
    )


def send(port: int, content: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.sendmail(SENDER, [ADDRESS], content)
