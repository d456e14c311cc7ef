"""A full disk: said once, seen by who asks if we are ready, and made good when there is room."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from aiohttp.test_utils import TestClient, TestServer
from sqlmodel import select
from structlog.testing import LogCapture

from inbox import logs
from inbox.db import Database, outage
from inbox.errors import InboxError
from inbox.model import Arrival, ArrivalState, Message
from inbox.trouble import NotStored, is_trouble
from inbox.web.server import make_app
from inbox.workers import loop
from inbox.workers.crew import Crew
from tests.workers.conftest import Desk
from tests.workers.test_ingest import raw

ROOM = 60  # pages
MOST = 4_294_967_294


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@contextmanager
def full_disk(database: Database) -> Iterator[None]:
    """Not one page more; what fits into those that are there is still taken, as on a real disk."""
    with database.engine.connect() as connection:
        most = connection.exec_driver_sql("PRAGMA page_count").scalar() + ROOM

    @sa.event.listens_for(database.engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={most}")

    yield
    most = MOST


async def fill(desk: Desk) -> list[int]:
    """Hand in until nothing more is taken; the numbers of those that were acknowledged."""
    taken = []
    for number in range(1000):
        try:
            await desk.services.arrivals.record(desk.inbox.id, [raw(number, "x" * 5000)])
        except (InboxError, sa.exc.OperationalError):
            return taken
        taken.append(number)
    raise AssertionError("The disk is never full.")


async def until(true, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await true():
            await asyncio.sleep(0.1)


@pytest.fixture
def said() -> Iterator[list[Any]]:
    """What the log shows."""
    capture = LogCapture()
    structlog.configure(processors=[logs.without_trouble, capture])
    yield capture.entries
    structlog.reset_defaults()


@pytest.fixture
async def client(desk: Desk) -> AsyncIterator[Any]:
    async with TestClient(TestServer(make_app(desk.services))) as made:
        yield made


async def test_what_was_acknowledged_before_the_disk_was_full_comes_when_there_is_room(
    desk: Desk, client: Any, said: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "QUIET_SECONDS", 3)
    monkeypatch.setattr(loop, "OUTAGE_BACKOFF", 0.5)
    database, crew = desk.services.database, Crew(desk.services)

    async def ready() -> bool:
        return (await client.get("/readyz")).status == 200

    async def all_came() -> bool:
        found = await database.read(lambda s: s.exec(select(Message.external_id)).all())
        return len(found) == len(taken)

    assert await ready()
    with full_disk(database):
        taken = await fill(desk)
        assert len(taken) > 10
        crew.start()
        await asyncio.sleep(4)  # more tries than there are before one is set aside
        assert not await ready()
    await until(all_came)
    await until(ready)
    await crew.stop()

    states = await database.read(lambda s: s.exec(select(Arrival.state)).all())
    assert set(states) == {ArrivalState.DONE}
    told = [entry["event"] for entry in said if entry["event"] != "request"]
    assert told == ["database_takes_nothing", "database_is_back"]


def test_a_bug_in_a_statement_is_no_outage(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with pytest.raises(sa.exc.OperationalError) as refused:
        database.look(lambda s: s.execute(sa.text("SELECT no_such_column FROM agent")))

    assert not is_trouble(refused.value)
    assert is_trouble(NotStored())
    assert is_trouble(OSError(28, "No space left on device"))
    assert not is_trouble(sqlite3.OperationalError("other"))


def test_a_database_that_can_not_be_reached_is_an_outage() -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(sa.exc.OperationalError) as refused:
        database.look(lambda s: s.execute(sa.text("SELECT 1")))

    assert is_trouble(refused.value)
