"""The example of a bridge works: who has netcat writes, is answered, and nobody can forge it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr
from sqlmodel import Session, select

from inbox.channels.api import ApiSettings
from inbox.desk import inboxes, replies
from inbox.desk.inboxes import NewInbox
from inbox.desk.replies import Composed
from inbox.events import SYSTEM
from inbox.model import Conversation, Message
from tests.journeys import product as whole
from tests.journeys.product import Product, until
from tests.servers.mail import free_ports

EXAMPLE = Path(__file__).parents[2] / "examples" / "line_bridge.py"
SECRET = "wave-and-particle"
PATIENCE_SECONDS = 20


@asynccontextmanager
async def bridge(product: Product, lines: int, answers: int) -> AsyncIterator[None]:
    """The program as anybody would start it."""
    callback = f"http://127.0.0.1:{answers}/answers"
    settings = ApiSettings(secret=SecretStr(SECRET), callback_url=callback)
    new = NewInbox(name="Lines", kind="api", settings=settings)
    vault = product.services.vault
    inbox = await product.services.database.write(
        lambda s: inboxes.create(s, new, vault=vault, by=SYSTEM)
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(EXAMPLE), stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "INBOX_HOOK": f"{product.url}/hooks/{inbox.id}", "LINES": str(lines),
             "INBOX_SECRET": SECRET, "ANSWERS": str(answers)},
    )  # fmt: skip
    try:
        assert process.stdout
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await process.stdout.readline() == b"ready\n"
        yield
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


@pytest.fixture
async def ports() -> tuple[int, int]:
    lines, answers = free_ports(2)
    return lines, answers


async def test_a_line_is_a_message_and_an_answer_is_a_line(
    tmp_path: Path, ports: tuple[int, int]
) -> None:
    async with (
        whole.running(tmp_path, f"127.0.0.1:{ports[1]}") as product,
        bridge(product, *ports),
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", ports[0])
        writer.write(b"Ana\nDo you have size 42?\n")

        def asked() -> Message | None:
            return product.services.database.look(
                lambda s: s.exec(
                    select(Message).where(Message.text == "Do you have size 42?")
                ).first()
            )

        await until(lambda: asked() is not None, "the line is a message")
        message = asked()
        assert message
        assert message.author_name == "Ana"

        def answer(session: Session) -> None:
            conversation = session.get_one(Conversation, message.conversation_id)
            replies.reply(session, conversation, Composed(text="We do."), by=SYSTEM, request_id="1")

        await product.services.database.write(answer)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await reader.readline() == b"Your name? < We do.\n"
        writer.close()


async def test_an_answer_that_inbox_has_not_signed_is_not_written(
    tmp_path: Path, ports: tuple[int, int]
) -> None:
    async with (
        whole.running(tmp_path, f"127.0.0.1:{ports[1]}") as product,
        bridge(product, *ports),
        aiohttp.ClientSession() as http,
    ):
        forged = {"X-Inbox-Signature": "t=1,v1=00", "Idempotency-Key": "1"}
        url = f"http://127.0.0.1:{ports[1]}/answers"
        async with http.post(url, json={"thread": "Ana", "text": "x"}, headers=forged) as answer:
            assert answer.status == 403
