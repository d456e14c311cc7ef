"""Nothing that was taken is lost and nothing is sent twice, whatever is killed and cut.

`INBOX_LEDGER=full` is the whole of it; `INBOX_LEDGER_SEED` repeats the order of one run.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

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
from inbox.errors import Unavailable
from inbox.events import SYSTEM
from inbox.model import (
    Arrival,
    ArrivalState,
    ChannelThread,
    Delivery,
    Direction,
    Event,
    Inbox,
    Message,
    MessageState,
)
from inbox.settings import Settings
from inbox.simulators.providers import Simulators
from tests.journeys.cutting import Cutting
from tests.journeys.served import Served, serving
from tests.journeys.writers import Writers
from tests.servers.mail import free_ports
from tests.servers.proxy import Proxy, proxy_to

FULL = os.environ.get("INBOX_LEDGER") == "full"
SEED = int(os.environ.get("INBOX_LEDGER_SEED") or random.randrange(10**6))
MESSAGES, KILLS = (2000, 20) if FULL else (600, 6)
PATIENCE_SECONDS = 300 if FULL else 90
PAUSE_SECONDS = 0.02
ANSWER = "answer 00000."

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class World:
    """What stays while the product dies: its data, the providers, the links, and who writes."""

    services: composition.Services
    simulators: Simulators
    writers: Writers
    served: Served
    cutting: Cutting


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    (port,) = free_ports(1)
    async with AsyncExitStack() as stack:
        web = await stack.enter_async_context(proxy_to(port))
        simulators = await Simulators.start(tmp_path / "world", f"http://127.0.0.1:{web.port}")
        stack.push_async_callback(simulators.stop)
        links = {
            name: await stack.enter_async_context(proxy_to(target))
            for name, target in (
                ("imap_port", simulators.ports.imap),
                ("smtp_port", simulators.ports.smtp),
                ("sms", simulators.ports.twilio),
                ("telegram", simulators.ports.telegram),
            )
        }
        settings = {
            "data_dir": str(tmp_path / "data"),
            "public_url": f"http://127.0.0.1:{web.port}",
            "log_level": "WARNING",
            "trusted_proxies": "127.0.0.0/8",
            "private_hosts": ",".join(f"127.0.0.1:{link.port}" for link in links.values()),
        }
        built = composition.build(Settings(**settings, _env_file=None))
        stack.push_async_callback(built.close)
        built.database.create()
        made = await seed.seed(built, _by_links(simulators, links))
        for kind, inbox in made.items():
            simulators.connect(kind, inbox.id, inbox.slug)
        token, api_inbox = await built.database.write(lambda s: _open_to_programs(s, built))
        command = ["serve", "--port", str(port)]
        served = await stack.enter_async_context(
            serving(tmp_path / "log.txt", f"http://127.0.0.1:{port}", command, settings)
        )
        http = await stack.enter_async_context(
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))
        )
        writers = Writers(
            settings["public_url"], token, api_inbox, _addresses(made), simulators, http
        )
        yield World(built, simulators, writers, served, Cutting([web, *links.values()], SEED))


async def test_kills_and_cuts_lose_nothing_and_send_nothing_twice(world: World) -> None:
    print(f"INBOX_LEDGER_SEED={SEED}")  # noqa: T201  shown with a failure
    texts = [f"message {number:05}." for number in range(MESSAGES)]
    answering = asyncio.create_task(world.writers.answer_for_ever())
    writing = asyncio.create_task(world.writers.write(texts, PAUSE_SECONDS))
    cutting = asyncio.create_task(world.cutting.for_ever())
    for _ in range(KILLS - 1):
        await _kill(world)
    await writing
    await _end(answering, cutting)
    world.cutting.mend()
    await _kill(world)
    await _all_work_is_done(world)

    incoming = Counter(_texts(world, Direction.INCOMING))
    assert {text: incoming[text] for text in texts} == dict.fromkeys(texts, 1)
    outgoing = Counter(_texts(world, Direction.OUTGOING))
    assert {text: outgoing[text] for text in world.writers.answered} == dict.fromkeys(
        world.writers.answered, 1
    )
    arrived = Counter(await _arrived(world))
    assert [text for text, count in arrived.items() if count > 1] == []
    assert set(_sent(world)) <= set(arrived)
    assert max(Counter(_mails(world)).values(), default=0) <= 2
    assert world.writers.answered, "nothing was answered, so nothing was tried"
    assert world.cutting.cuts >= KILLS, "nothing was cut, so nothing was tried"


async def _kill(world: World) -> None:
    await asyncio.sleep(random.uniform(0.5, 2.5))
    await world.served.kill()
    await world.services.database.write(_let_time_pass)
    await world.served.start()


async def _all_work_is_done(world: World) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while left := _work_left(world):
            print("left:", left)  # noqa: T201  shown with a failure
            with suppress(Unavailable):  # the product writes without a pause
                await world.services.database.write(_let_deliveries_be_due)
            await asyncio.sleep(1)


async def _end(*tasks: "asyncio.Task[None]") -> None:
    """One that failed before fails the test."""
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(ended, asyncio.CancelledError), repr(ended)


def _by_links(
    simulators: Simulators, links: dict[str, Proxy]
) -> list[tuple[str, str, dict[str, Any]]]:
    """The inboxes as they are, but each provider behind a link that can be cut."""
    found = []
    for kind, name, values in simulators.inboxes():
        if kind == "email":
            values |= {key: links[key].port for key in ("imap_port", "smtp_port")}
        elif kind in links:
            values["api_base"] = f"http://127.0.0.1:{links[kind].port}"
        found.append((kind, name, values))
    return found


def _addresses(made: dict[str, Inbox]) -> dict[str, tuple[str, str]]:
    return {kind: (inbox.id, inbox.slug) for kind, inbox in made.items()}


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


def _work_left(world: World) -> dict[str, int]:
    """Arrivals and deliveries that wait, and messages that are not there yet."""

    def count(session: Session) -> dict[str, int]:
        arrivals = select(Arrival.id).where(Arrival.state == ArrivalState.NEW)
        deliveries = select(Delivery.id).where(col(Delivery.state).in_(ON_THE_WAY))
        messages = select(Message.id).where(col(Message.text).startswith("message "))
        found = {
            "arrivals": len(session.exec(arrivals).all()),
            "deliveries": len(session.exec(deliveries).all()),
            "messages": len(world.writers.taken) - len(session.exec(messages).all()),
        }
        return {name: number for name, number in found.items() if number}

    return world.services.database.look(count)


def _texts(world: World, direction: Direction) -> list[str]:
    return world.services.database.look(
        lambda s: list(s.exec(select(Message.text).where(Message.direction == direction)))
    )


def _sent(world: World) -> list[str]:
    """The texts of which the desk says that they have gone to a provider.

    The visitors of the seed have no window in which an answer could be looked for.
    """
    wanted = (MessageState.SENT, MessageState.DELIVERED)
    seeded = select(ChannelThread.id).where(col(ChannelThread.remote_id).startswith("demo-"))
    return world.services.database.look(
        lambda s: list(
            s.exec(
                select(Message.text).where(
                    col(Message.state).in_(wanted),
                    col(Message.text).startswith("answer "),
                    col(Message.thread_id).not_in(seeded),
                )
            )
        )
    )


async def _arrived(world: World) -> list[str]:
    """What customers got, by the answer's own words.

    A mail that was repeated carries the same Message-ID, so that mailboxes show it once.
    """
    ledger = world.simulators.ledger
    mails = {entry.meta["message_id"]: entry for entry in ledger.received("email")}
    entries = [*ledger.received("telegram"), *ledger.received("sms"), *mails.values()]
    texts = [entry.text for entry in entries] + await world.writers.chat_histories()
    return [text[: len(ANSWER)] for text in texts if text.startswith("answer ")]


def _mails(world: World) -> list[str]:
    """The Message-IDs of what customers got by mail."""
    return [entry.meta["message_id"] for entry in world.simulators.ledger.received("email")]
