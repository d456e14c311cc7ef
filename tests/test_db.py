import asyncio

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from inbox.db import Database, next_numbers, settled
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


async def test_a_reader_can_change_nothing(database: Database) -> None:
    await database.read(lambda session: session.add(Company(name="ghost")))

    assert await database.read(lambda session: session.exec(select(Company)).all()) == []


async def test_conversation_numbers_are_never_drawn_twice(database: Database) -> None:
    drawn = await database.write(lambda session: next_numbers(session, 3))

    assert drawn == [1, 2, 3]


async def test_events_of_a_committed_transaction_are_settled(database: Database) -> None:
    await database.write(lambda session: record(session, EventKind.AGENT_CREATED, by=SYSTEM))

    seen = await database.read(
        lambda session: session.exec(select(Event.kind).where(settled(session))).all()
    )

    assert seen == ["agent_created"]


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
    afterwards = await database.read(
        lambda session: session.exec(select(Event.kind).where(settled(session))).all()
    )
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
