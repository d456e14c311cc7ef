import asyncio
import threading

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from inbox.db import Database, next_numbers, settled
from inbox.desk import health
from inbox.events import SYSTEM, EventKind, record
from inbox.model import Company, Event


async def test_work_is_there_for_readers_once_it_is_answered(database: Database) -> None:
    await database.write(lambda session: session.add(Company(name="Ada & Sons")))

    names = await database.read(lambda session: session.exec(select(Company.name)).all())

    assert names == ["Ada & Sons"]


async def test_work_that_fails_leaves_no_trace_and_spares_its_neighbours(
    database: Database,
) -> None:
    def broken(session: Session) -> None:
        session.add(Company(name="never"))
        session.flush()
        raise ValueError("half-way")

    answers = await asyncio.gather(
        database.write(lambda session: session.add(Company(name="first"))),
        database.write(broken),
        database.write(lambda session: session.add(Company(name="second"))),
        return_exceptions=True,
    )
    names = await database.read(lambda session: session.exec(select(Company.name)).all())

    assert [type(answer) for answer in answers] == [type(None), ValueError, type(None)]
    assert sorted(names) == ["first", "second"]


async def test_only_what_was_promised_waits_for_the_disk(database: Database) -> None:
    """The server of the tests waits for nothing by itself, so only SQLite tells both."""
    asked = "PRAGMA synchronous" if database.is_sqlite else "SHOW synchronous_commit"

    def work(session: Session) -> str:
        return str(session.execute(sa.text(asked)).scalar_one())

    found = [await database.write(work, behind=behind) for behind in (False, True, False)]

    assert found == (["2", "1", "2"] if database.is_sqlite else ["off", "off", "off"])


async def test_somebody_who_waits_comes_before_the_next_long_unit(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    began, go = threading.Event(), threading.Event()
    order: list[str] = []

    def first(_session: Session) -> None:
        began.set()
        go.wait(10)

    long = [asyncio.create_task(database.write(first, behind=True))]
    await asyncio.to_thread(began.wait, 10)
    long += [
        asyncio.create_task(database.write(lambda _s, n=n: order.append(f"long {n}"), behind=True))
        for n in (2, 3)
    ]
    await asyncio.sleep(0)
    short = asyncio.create_task(database.write(lambda _s: order.append("short")))
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(*long, short)
    await database.close()

    assert order == ["short", "long 2", "long 3"]


async def test_a_reader_can_change_nothing(database: Database) -> None:
    await database.read(lambda session: session.add(Company(name="ghost")))

    assert await database.read(lambda session: session.exec(select(Company)).all()) == []


async def test_conversation_numbers_are_never_drawn_twice(database: Database) -> None:
    drawn = await database.write(lambda session: next_numbers(session, 3))

    assert drawn == [1, 2, 3]


async def settled_events(database: Database, count: int) -> list[str]:
    """Once nobody else's transaction is open: PostgreSQL knows those of the whole server."""
    seen: list[str] = []
    for _ in range(200):
        seen = list(
            await database.read(
                lambda session: session.exec(select(Event.kind).where(settled(session))).all()
            )
        )
        if len(seen) >= count:
            break
        await asyncio.sleep(0.1)
    return seen


async def test_events_of_a_committed_transaction_are_settled(database: Database) -> None:
    await database.write(lambda session: record(session, EventKind.AGENT_CREATED, by=SYSTEM))

    assert await settled_events(database, 1) == ["agent_created"]


async def test_events_wait_for_transactions_that_could_still_slip_in_before(
    postgres_url: str,
) -> None:
    database = Database(postgres_url)
    with database.transaction() as late:
        record(late, EventKind.AGENT_CREATED, by=SYSTEM)
        late.flush()
        await database.write(lambda session: record(session, EventKind.AGENT_UPDATED, by=SYSTEM))
        seen = await database.read(
            lambda session: session.exec(select(Event.kind).where(settled(session))).all()
        )
    afterwards = await settled_events(database, 2)
    await database.close()

    assert seen == []
    assert sorted(afterwards) == ["agent_created", "agent_updated"]


@pytest.mark.parametrize("word", ["schöne", "schön*"])
async def test_sqlite_finds_folded_text_by_word_and_by_prefix(sqlite_url: str, word: str) -> None:
    database = Database(sqlite_url)
    with database.transaction() as session:
        session.execute(
            sa.text("INSERT INTO search_index (rowid, body) VALUES (1, 'schöne grüße')")
        )
    found = database.look(
        lambda session: session.execute(
            sa.text("SELECT rowid FROM search_index WHERE search_index MATCH :word"),
            {"word": word},
        ).scalar()
    )
    await database.close()

    assert found == 1


async def test_the_write_by_which_readiness_is_told_can_be_repeated(database: Database) -> None:
    for _ in range(2):
        await database.write(health.probe)

    assert database.outage.written_at > 0
