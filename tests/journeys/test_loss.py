"""Nothing that was taken is lost and nothing is sent twice, however often the process is killed."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock, seed
from inbox import services as composition
from inbox.channels.api import ApiSettings
from inbox.desk import inboxes, tokens
from inbox.desk.deliveries import ON_THE_WAY
from inbox.desk.inboxes import NewInbox
from inbox.events import SYSTEM
from inbox.model import Arrival, ArrivalState, Delivery, Direction, Event, Message, MessageState
from inbox.settings import Settings
from inbox.simulators.providers import Simulators
from tests.journeys.product import until
from tests.journeys.served import Served, serving
from tests.journeys.writers import Writers
from tests.servers.mail import free_ports

FULL = os.environ.get("INBOX_LEDGER") == "full"
MESSAGES, KILLS = (2000, 20) if FULL else (400, 6)
PATIENCE_SECONDS = 90
PAUSE_SECONDS = 0.02
ANSWER = "answer 00000."

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class World:
    """What stays while the product dies: its data, the providers, and who writes."""

    services: composition.Services
    simulators: Simulators
    writers: Writers
    served: Served


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    simulators = await Simulators.start(tmp_path / "world", url)
    settings = {"data_dir": str(tmp_path / "data"), "public_url": url, "log_level": "WARNING"}
    settings["private_hosts"] = simulators.private_hosts
    built = composition.build(Settings(**settings, _env_file=None))
    built.database.create()
    await seed.seed(built, simulators.inboxes())
    token, api_inbox = await built.database.write(lambda s: _open_to_programs(s, built))
    try:
        async with (
            serving(tmp_path / "log.txt", url, ["serve", "--port", str(port)], settings) as served,
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http,
        ):
            writers = Writers(url, token, api_inbox, simulators, http)
            yield World(built, simulators, writers, served)
    finally:
        await built.close()
        await simulators.stop()


async def test_kills_lose_nothing_and_send_nothing_twice(world: World) -> None:
    texts = [f"message {number:05}." for number in range(MESSAGES)]
    answering = asyncio.create_task(world.writers.answer_for_ever())
    writing = asyncio.create_task(world.writers.write(texts, PAUSE_SECONDS))
    for _ in range(KILLS):
        await asyncio.sleep(random.uniform(0.5, 2.5))
        await world.served.kill()
        await world.services.database.write(_let_time_pass)
        await world.served.start()
    await writing
    answering.cancel()
    await asyncio.gather(answering, return_exceptions=True)
    await world.services.database.write(_let_deliveries_be_due)
    await until(lambda: not _work_left(world), "all work is done", PATIENCE_SECONDS)

    incoming = Counter(_texts(world, Direction.INCOMING))
    assert {text: incoming[text] for text in texts} == dict.fromkeys(texts, 1)
    outgoing = Counter(_texts(world, Direction.OUTGOING))
    assert {text: outgoing[text] for text in world.writers.answered} == dict.fromkeys(
        world.writers.answered, 1
    )
    arrived = Counter(_arrived(world))
    assert [text for text, count in arrived.items() if count > 1] == []
    assert set(_sent(world)) <= set(arrived)
    assert world.writers.answered, "nothing was answered, so nothing was tried"


def _open_to_programs(session: Session, built: composition.Services) -> tuple[str, str]:
    """A token, and the id of an inbox of the API."""
    new = NewInbox(name="Program", kind="api", settings=ApiSettings())
    inbox = inboxes.create(session, new, vault=built.vault, by=SYSTEM)
    _row, token = tokens.create(session, "ledger", ["read", "write"], by=SYSTEM)
    return token, inbox.id


def _let_time_pass(session: Session) -> None:
    """As if the leases of the one that died had run out."""
    past = clock.now() - timedelta(minutes=1)
    for table in (Arrival, Delivery, Event):
        held = col(table.lease_until).is_not(None)
        session.execute(sa.update(table).where(held).values(lease_until=past))
    _let_deliveries_be_due(session)


def _let_deliveries_be_due(session: Session) -> None:
    """As if the ten minutes were over after which mail of unknown fate is sent once more."""
    waiting = col(Delivery.state).in_(ON_THE_WAY)
    session.execute(sa.update(Delivery).where(waiting).values(not_before=clock.now()))


def _work_left(world: World) -> int:
    """Arrivals and deliveries that wait, and messages that are not there yet."""

    def count(session: Session) -> int:
        arrivals = select(Arrival.id).where(Arrival.state == ArrivalState.NEW)
        deliveries = select(Delivery.id).where(col(Delivery.state).in_(ON_THE_WAY))
        messages = select(Message.id).where(col(Message.text).startswith("message "))
        missing = len(world.writers.taken) - len(session.exec(messages).all())
        return len(session.exec(arrivals).all()) + len(session.exec(deliveries).all()) + missing

    return world.services.database.look(count)


def _texts(world: World, direction: Direction) -> list[str]:
    return world.services.database.look(
        lambda s: list(s.exec(select(Message.text).where(Message.direction == direction)))
    )


def _sent(world: World) -> list[str]:
    """The texts of which the desk says that they have gone to a provider."""
    wanted = (MessageState.SENT, MessageState.DELIVERED)
    return world.services.database.look(
        lambda s: list(
            s.exec(
                select(Message.text).where(
                    col(Message.state).in_(wanted), col(Message.text).startswith("answer ")
                )
            )
        )
    )


def _arrived(world: World) -> list[str]:
    """What customers got, by the answer's own words.

    A mail that was repeated carries the same Message-ID, so that mailboxes show it once.
    """
    ledger = world.simulators.ledger
    mails = {entry.meta["message_id"]: entry for entry in ledger.received("email")}
    entries = [*ledger.received("telegram"), *mails.values()]
    return [entry.text[: len(ANSWER)] for entry in entries if entry.text.startswith("answer ")]
