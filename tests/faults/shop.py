"""The product without its web side, on servers that tests are in command of."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from inbox import clock
from inbox import services as composition
from inbox.channels.email.settings import EmailSettings
from inbox.desk import inboxes, ingest, replies
from inbox.desk.inboxes import NewInbox
from inbox.desk.ingest import Understood
from inbox.desk.replies import Composed
from inbox.envelope import Address, InboundEnvelope, RawItem
from inbox.events import SYSTEM
from inbox.model import Arrival, Conversation, Delivery, Inbox, Message, MessageState
from inbox.services import Services
from inbox.settings import Settings
from inbox.workers.deliver import Delivering
from inbox.workers.ingest import Ingesting
from inbox.workers.receive import Receiving
from tests.servers.mail import free_ports

PORTS = 6
CUSTOMER = "emma@customer.test"
_numbers = itertools.count(1)


class Shop:
    """One database; what fetches, reads and sends is moved by hand, one turn at a time."""

    def __init__(self, services: Services, ports: list[int]) -> None:
        self.services = services
        self._ports = ports
        self.receiving = Receiving(services)
        self.ingesting = Ingesting(services)
        self.delivering = Delivering(services)

    def port(self) -> int:
        """A free one of loopback that the shop may call."""
        return self._ports.pop()

    async def mailbox(self, **settings: Any) -> Inbox:
        """A new inbox for e-mail with these settings."""
        number = next(_numbers)
        given = EmailSettings(**{"email": f"help{number}@shop.test", **settings})
        new = NewInbox(name=f"Mail {number}", kind="email", settings=given, address=given.email)
        return await self.services.database.write(
            lambda s: inboxes.create(s, new, vault=self.services.vault, by=SYSTEM)
        )

    async def change(self, inbox: Inbox, **settings: Any) -> None:
        """As an admin does who mends the settings."""
        given = EmailSettings(**settings)
        await self.services.database.write(
            lambda s: inboxes.set_settings(
                s, inbox.id, given, given.email, vault=self.services.vault, by=SYSTEM
            )
        )

    async def hand_in(self, inbox: Inbox, *mails: bytes) -> None:
        """As if they had been fetched."""
        await self.services.arrivals.record(
            inbox.id, [RawItem(external_id=f"in{next(_numbers)}", content=one) for one in mails]
        )

    async def read(self) -> None:
        """Everything that has arrived."""
        while await self.ingesting.work():
            pass

    async def conversation(self, inbox: Inbox, sender: str = CUSTOMER) -> Conversation:
        """A new one, begun by a customer's mail that was read elsewhere."""
        subject = f"Question {next(_numbers)}"
        envelope = InboundEnvelope(
            external_id=subject,
            sender=Address(kind="email", value=sender),
            text="Hello",
            subject=subject,
            thread=subject,
        )
        item = Understood(inbox_id=inbox.id, inbound=envelope, channel="email")

        def work(session: Session) -> Conversation:
            ingest.ingest(session, self.delivering.key, [item])
            return session.exec(select(Conversation).where(Conversation.subject == subject)).one()

        return await self.services.database.write(work)

    async def reply(self, conversation: Conversation, text: str = "Hi", **more: Any) -> str:
        """The id of the message, which is due at once."""

        def work(session: Session) -> str:
            composed = Composed(text=text, **more)
            found = session.get_one(Conversation, conversation.id)
            return replies.reply(
                session, found, composed, by=SYSTEM, request_id=f"r{next(_numbers)}"
            ).id

        return await self.services.database.write(work)

    async def deliver(self) -> int:
        """What is due, to its end; how many were tried."""
        tried = 0
        while done := await self.delivering.work():
            tried += done
        return tried

    async def state(self, message_id: str) -> tuple[MessageState, str]:
        found = await self.get(Message, message_id)
        return found.state, found.state_reason

    async def all(self, table: type[SQLModel]) -> list[Any]:
        return await self.services.database.read(
            lambda s: list(s.exec(select(table).order_by(col(table.id))))  # type: ignore[attr-defined]
        )

    async def get(self, table: type[SQLModel], key: str) -> Any:
        return await self.services.database.read(lambda s: s.get_one(table, key))

    async def texts(self) -> list[str]:
        return [one.text.strip() for one in await self.all(Message)]

    async def delivery(self, message_id: str) -> Delivery:
        (found,) = [one for one in await self.all(Delivery) if one.message_id == message_id]
        return found

    async def let_pass(self, **span: float) -> None:
        """As if so much time had passed for what waits to be sent."""

        def work(session: Session) -> None:
            for delivery in session.exec(select(Delivery)):
                delivery.not_before -= timedelta(**span)
                delivery.due_from -= timedelta(**span)
                session.add(delivery)

        await self.services.database.write(work)

    @asynccontextmanager
    async def open_eyes(self, *, reading: bool = False) -> AsyncIterator[None]:
        """Meanwhile mail is fetched, and if asked for made into messages, as it comes."""
        turning = asyncio.create_task(self._turn(reading=reading))
        try:
            yield
        finally:
            turning.cancel()
            await asyncio.gather(turning, return_exceptions=True)
            await self.receiving.close()

    async def _turn(self, *, reading: bool) -> None:
        while True:
            await self.receiving.work()
            if reading:
                await self.ingesting.work()
            await asyncio.sleep(0.05)

    async def subjects(self) -> Counter[str]:
        """How often a mail with each subject has arrived."""
        raws = [
            one.raw or await self.services.files.get(one.digest) for one in await self.all(Arrival)
        ]
        return Counter(
            line.removeprefix(b"Subject: ").decode()
            for raw in raws
            for line in raw[:5000].split(b"\r\n")
            if line.startswith(b"Subject: ")
        )

    async def close(self) -> None:
        await self.delivering.calls.close()
        await self.receiving.close()
        await self.ingesting.close()


@asynccontextmanager
async def open_shop(folder: Path, database_url: str) -> AsyncIterator[Shop]:
    ports = free_ports(PORTS)
    settings = Settings(
        data_dir=folder,
        database_url=database_url,
        private_hosts=",".join(f"127.0.0.1:{port}" for port in ports),
        _env_file=None,
    )
    services = composition.build(settings)
    services.database.create()
    await services.start()
    shop = Shop(services, ports)
    try:
        yield shop
    finally:
        await shop.close()
        await services.close()


async def until(true: Callable[[], Any], what: str, seconds: float = 20) -> None:
    """`true` may have to be awaited."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                found = true()
                if asyncio.iscoroutine(found):
                    found = await found
                if found:
                    return
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within {seconds} s: {what}") from None


def mail(
    subject: str,
    text: str = "Hello",
    *,
    sender: str = CUSTOMER,
    message_id: str = "",
    size: int = 0,
    heads: Sequence[str] = (),
) -> bytes:
    number = next(_numbers)
    lines = [
        f"From: Emma <{sender}>",
        "To: help@shop.test",
        f"Subject: {subject}",
        f"Date: {clock.now():%a, %d %b %Y %H:%M:%S} +0000",
        f"Message-ID: {message_id or f'<{number}@customer.test>'}",
        *heads,
        "",
        text,
        "y" * size,
    ]
    return "\r\n".join(lines).encode() + b"\r\n"
