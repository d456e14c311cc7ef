"""The whole path of an e-mail: kept, read in its own process, stored, ruled upon, indexed."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, col

from bench import place
from bench.running import own_cpu_seconds
from bench.table import Row
from inbox.channels.base import Account
from inbox.channels.email import EmailChannel
from inbox.channels.email.settings import EmailSettings
from inbox.envelope import RawItem
from inbox.events import SYSTEM, EventKind
from inbox.model import Arrival, ArrivalState, Event, Message
from inbox.routing import rules
from inbox.services import Services
from inbox.workers.crew import Crew

BATCH = 50
SENDERS = 100
TEXT = "Good day, my order has not arrived yet. Could you have a look where it is, please?\n" * 20
PATIENCE_SECONDS = 300
RULE = rules.RuleValues(
    name="Complaints",
    event_kind=EventKind.MESSAGE_RECEIVED,
    conditions={"all": [{"field": "message.text", "operator": "contains", "value": "complaint"}]},
    actions=[{"action": "set_priority", "parameters": {"priority": 3}}],
)


@dataclass(frozen=True, slots=True)
class Size:
    """A kind of mail; every attachment has bytes of its own, so that each is kept."""

    name: str
    attached: int
    rate: float
    milliseconds: float | None


SIZES = (
    Size("E-mails of 2 KB", 0, 300, 3),
    Size("E-mails of 20 KB with an attachment", 13_000, 100, None),
)


async def rows(folder: Path, count: int) -> list[Row]:
    settings = EmailSettings(email="shop@example.org")
    where = await place.make(folder, "email", settings)
    services = place.build(folder)
    services.database.run(lambda session: rules.add(session, RULE, by=SYSTEM))
    await services.start()
    crew = Crew(services)
    crew.start()
    try:
        await _through(services, where.inbox_id, _mails("warm", BATCH, SIZES[0]), BATCH)
        small = await _rows(services, where.inbox_id, SIZES[0], count, BATCH)
        return small + await _rows(services, where.inbox_id, SIZES[1], count // 4, BATCH + count)
    finally:
        await crew.stop()
        await services.close()


async def _rows(
    services: Services, inbox_id: str, size: Size, count: int, before: int
) -> list[Row]:
    reading = _reading_alone(size, count)
    mails = _mails(size.name, count, size)
    cpu, began = own_cpu_seconds(), time.perf_counter()
    await _through(services, inbox_id, mails, before + count)
    seconds, spent = time.perf_counter() - began, own_cpu_seconds() - cpu
    return [
        Row(what=f"{size.name}, the whole path", figure=count / seconds, unit="/s",
            goal=size.rate, more_is_better=True, limit=1000 / reading),
        Row(what=f"{size.name}, processor time each", figure=spent * 1000 / count, unit="ms",
            goal=size.milliseconds, limit=reading),
    ]  # fmt: skip


async def _through(
    services: Services, inbox_id: str, mails: Sequence[RawItem], expected: int
) -> None:
    for first in range(0, len(mails), BATCH):
        await services.arrivals.record(inbox_id, mails[first : first + BATCH])
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await services.database.read(lambda session: _is_done(session, expected)):  # noqa: ASYNC110  nobody tells when all is done
            await asyncio.sleep(0.05)


def _is_done(session: Session, expected: int) -> bool:
    """Everything made into messages, found by search, and every event reacted to."""
    done = sa.select(sa.func.count()).where(col(Arrival.state) == ArrivalState.DONE)
    if session.scalar(done) != expected:
        return False
    unindexed = sa.select(col(Message.id)).where(col(Message.indexed).is_(False)).limit(1)
    waiting = sa.select(col(Event.id)).where(col(Event.reacted_at).is_(None)).limit(1)
    return session.scalar(unindexed) is None and session.scalar(waiting) is None


def _reading_alone(size: Size, count: int) -> float:
    """The limit: milliseconds to read one mail, and do nothing with it."""
    settings = EmailSettings(email="shop@example.org")
    channel = EmailChannel(Account(inbox_id="", name="", settings=settings))
    mails = _mails("alone", count, size)
    began = time.process_time()
    for mail in mails:
        channel.parse(mail)
    return (time.process_time() - began) * 1000 / count


def _mails(prefix: str, count: int, size: Size) -> list[RawItem]:
    return [_mail(f"{prefix.replace(' ', '-')}-{number}", number, size) for number in range(count)]


def _mail(name: str, number: int, size: Size) -> RawItem:
    mail = EmailMessage()
    mail["From"] = f"Customer {number % SENDERS} <customer{number % SENDERS}@example.com>"
    mail["To"] = "shop@example.org"
    mail["Subject"] = f"Order {name}"
    mail["Message-ID"] = f"<{name}@example.com>"
    mail["Date"] = "Mon, 4 May 2026 10:00:00 +0200"
    mail.set_content(f"{name}\n{TEXT}")
    if size.attached:
        photo = random.Random(name).randbytes(size.attached)
        mail.add_attachment(photo, maintype="image", subtype="jpeg", filename="receipt.jpg")
    return RawItem(external_id=name, content=bytes(mail))
