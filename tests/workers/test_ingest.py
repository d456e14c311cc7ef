"""Arrivals become messages; a broken one stops nobody but itself."""

import orjson
import pytest
from sqlmodel import select

from inbox.envelope import RawItem
from inbox.model import Arrival, ArrivalState, Message
from inbox.workers.ingest import Ingesting


def raw(number: int, text: str = "Hello") -> RawItem:
    content = orjson.dumps({"id": str(number), "sender": "anna", "text": text})
    return RawItem(external_id=str(number), content=content)


async def read(desk, table):
    return await desk.services.database.read(
        lambda s: list(s.exec(select(table).order_by(table.id)))
    )


@pytest.fixture
async def ingesting(desk):
    made = Ingesting(desk.services)
    yield made
    await made.close()


async def test_what_arrived_becomes_messages(desk, ingesting) -> None:
    await desk.services.arrivals.record(desk.inbox.id, [raw(n) for n in range(5)])

    assert await ingesting.work() == 5
    assert await ingesting.work() == 0

    assert [m.external_id for m in await read(desk, Message)] == list("01234")
    assert {a.state for a in await read(desk, Arrival)} == {ArrivalState.DONE}


async def test_more_than_a_batch_stays_in_order(desk, ingesting, monkeypatch) -> None:
    monkeypatch.setattr("inbox.workers.ingest.BATCH", 4)
    await desk.services.arrivals.record(desk.inbox.id, [raw(n) for n in range(10)])

    taken = [await ingesting.work() for _ in range(4)]

    assert taken == [4, 4, 2, 0]
    assert [m.external_id for m in await read(desk, Message)] == list("0123456789")


async def test_who_stops_stores_what_is_being_read(desk, monkeypatch) -> None:
    monkeypatch.setattr("inbox.workers.ingest.BATCH", 4)
    await desk.services.arrivals.record(desk.inbox.id, [raw(n) for n in range(10)])
    stopping = Ingesting(desk.services)

    await stopping.work()
    await stopping.close()

    assert [m.external_id for m in await read(desk, Message)] == list("01234567")


async def test_what_can_not_be_understood_does_not_stop_others(desk, ingesting) -> None:
    broken = RawItem(external_id="broken", content=b"{")
    await desk.services.arrivals.record(desk.inbox.id, [raw(1), broken, raw(2)])

    await ingesting.work()

    states = {a.external_id: a.state for a in await read(desk, Arrival)}
    assert states["broken"] is ArrivalState.QUARANTINED
    assert len(await read(desk, Message)) == 2


async def test_a_parser_that_fails_is_given_three_tries(desk, ingesting, monkeypatch) -> None:
    understand = desk.channel.parse

    def parse(item):
        if item.external_id == "2":
            raise KeyError("a bug of ours")
        return understand(item)

    monkeypatch.setattr(desk.channel, "parse", parse)
    await desk.services.arrivals.record(desk.inbox.id, [raw(1), raw(2), raw(3)])

    done = [await ingesting.work() for _ in range(4)]

    assert done == [3, 1, 1, 0]
    states = {a.external_id: a.state for a in await read(desk, Arrival)}
    assert states == {
        "1": ArrivalState.DONE, "2": ArrivalState.QUARANTINED, "3": ArrivalState.DONE,
    }  # fmt: skip
