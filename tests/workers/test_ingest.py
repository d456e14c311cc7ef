"""Arrivals become messages; a broken one stops nobody but itself."""

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from sqlmodel import select

from inbox import clock
from inbox.channels.base import TemporaryFailure
from inbox.envelope import DeliveryReport, FilePart, RawItem
from inbox.model import Arrival, ArrivalState, Attachment, Message
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


async def test_a_message_comes_though_its_file_will_never(desk, ingesting, monkeypatch) -> None:
    """Telegram, for example, gives bots no file of more than 20 MB."""
    understand = desk.channel.parse

    def parse(item):
        part = FilePart(name="film.mp4", content_type="video/mp4", remote="gone")
        return [replace(one, files=(part,)) for one in understand(item)]

    monkeypatch.setattr(desk.channel, "parse", parse)
    await desk.services.arrivals.record(desk.inbox.id, [raw(1)])

    await ingesting.work()

    (message,), (file,) = await read(desk, Message), await read(desk, Attachment)
    assert message.text == "Hello"
    assert file.name == "film.mp4.txt"
    content = await desk.services.files.get(file.digest)
    assert content.decode() == "film.mp4 could not be fetched: There is no gone."


async def test_a_file_that_does_not_come_now_is_asked_for_later(
    desk, ingesting, monkeypatch
) -> None:
    understand = desk.channel.parse

    def parse(item):
        part = FilePart(name="film.mp4", content_type="video/mp4", remote="later")
        return [replace(one, files=(part,)) for one in understand(item)]

    async def fetch(part):
        raise TemporaryFailure("Busy")

    monkeypatch.setattr(desk.channel, "parse", parse)
    monkeypatch.setattr(desk.channel, "fetch", fetch)
    await desk.services.arrivals.record(desk.inbox.id, [raw(1)])

    assert [await ingesting.work(), await ingesting.work()] == [1, 0]
    (arrival,) = await read(desk, Arrival)
    assert (arrival.state, arrival.error) == (ArrivalState.NEW, "The file film.mp4: Busy")
    assert arrival.lease_until > clock.now() + timedelta(seconds=15)


async def test_a_report_that_overtakes_our_own_note_of_sending_is_heard_again(
    desk, ingesting, monkeypatch
) -> None:
    """Twilio may say "delivered" before we have stored the id it gave the message."""
    monkeypatch.setattr(
        desk.channel, "parse", lambda _: [DeliveryReport(provider_id="p", state="delivered")]
    )
    await desk.services.arrivals.record(desk.inbox.id, [raw(1)])

    assert [await ingesting.work() for _ in range(2)] == [1, 0]
    (early,) = await read(desk, Arrival)
    assert early.state is ArrivalState.NEW

    def later(session):
        early.lease_until = None
        session.merge(early)

    for _ in range(2):
        await desk.services.database.write(later)
        await ingesting.work()
        (early,) = await read(desk, Arrival)
    assert early.state is ArrivalState.DONE  # of nobody's message


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
