"""Events walk the reactions in order, and one that fails sinks nothing but itself."""

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from inbox import services as composition
from inbox.events import SYSTEM, EventKind, record
from inbox.model import Event, Tag
from inbox.settings import Settings
from inbox.workers.react import Reacting


@pytest.fixture
async def services(tmp_path, database_url):
    made = composition.build(Settings(data_dir=tmp_path, database_url=database_url, _env_file=None))
    await made.start()
    yield made
    await made.close()


def happen(services, count):
    def work(session):
        for _ in range(count):
            record(session, EventKind.CONVERSATION_CREATED, by=SYSTEM)

    services.database.run(work)


def stored(services, table):
    return services.database.look(lambda s: list(s.exec(select(table))))


def keep(session, event):
    session.add(Tag(name=f"tag {event.seq}"))


def fail(session, event):
    session.add(Tag(name=f"failed {event.seq}"))
    session.flush()
    raise ValueError("no")


async def test_a_reaction_that_fails_is_undone_and_the_others_stand(services):
    happen(services, 3)

    done = await Reacting(services, {"fail": fail, "keep": keep}).work()

    events = stored(services, Event)
    assert done == 3
    assert sorted(t.name for t in stored(services, Tag)) == sorted(f"tag {e.seq}" for e in events)
    assert all(e.reacted_at for e in events)
    assert {e.failures[0]["reaction"] for e in events} == {"fail"}


async def test_a_transaction_that_stays_open_holds_nobody_up(services):
    """An import that writes for minutes, on PostgreSQL; SQLite has one writer anyway."""
    if services.database.is_sqlite:
        return
    with services.database.transaction() as importing:
        importing.add(Tag(name="imported"))
        importing.flush()
        happen(services, 2)

        done = await Reacting(services, {"keep": keep}).work()

    assert done == 2


async def test_an_event_that_the_database_refuses_sinks_only_itself(services):
    happen(services, 3)
    bad = stored(services, Event)[1].seq

    def refuse(session, event):
        keep(session, event)
        if event.seq == bad:
            raise OperationalError("", {}, Exception("no"))

    await Reacting(services, {"refuse": refuse}).work()

    events = stored(services, Event)
    assert len(stored(services, Tag)) == 2
    assert all(e.reacted_at for e in events)
    assert [e.seq for e in events if e.failures] == [bad]


async def test_nothing_is_reacted_to_twice(services):
    happen(services, 12)
    reacting = Reacting(services, {"keep": keep})

    assert [await reacting.work(), await reacting.work()] == [12, 0]
    assert len(stored(services, Tag)) == 12
