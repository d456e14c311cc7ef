"""One poller an inbox in all processes, which goes on from the checkpoint after trouble."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from inbox import clock
from inbox.channels import registry
from inbox.channels.base import LoginRefused, PermanentFailure
from inbox.envelope import RawItem
from inbox.errors import Conflict
from inbox.model import Arrival, Health, Inbox, Lease
from inbox.testing import FakeChannel
from inbox.workers.receive import Receiving


class Fetching(FakeChannel):
    """Hands over one item at each call and then waits, unless it is told to fail."""

    def __init__(self, account) -> None:
        super().__init__(account)
        self.began_at: list[dict[str, Any]] = []
        self.handed_over = asyncio.Event()

    def listens(self) -> bool:
        return True

    async def listen(self, checkpoint, record) -> None:
        self.began_at.append(dict(checkpoint))
        if self.failures:
            raise self.failures.popleft()
        position = checkpoint.get("position", 0) + 1
        item = RawItem(external_id=str(position), content=b"{}")
        await record([item], {"position": position})
        self.handed_over.set()
        await asyncio.Event().wait()


@pytest.fixture
async def channel(desk, monkeypatch) -> Fetching:
    monkeypatch.setattr(registry, "kinds", lambda: {"fetching": Fetching})
    inbox = Inbox(name="Fetching", kind="fetching", slug="fetching")

    def work(session) -> None:
        session.delete(session.get_one(Inbox, desk.inbox.id))
        session.add(inbox)

    await desk.services.database.write(work)
    desk.inbox = inbox
    found = desk.services.channels.of(inbox)
    assert isinstance(found, Fetching)
    return found


@pytest.fixture
async def pair(desk) -> AsyncIterator[tuple[Receiving, Receiving]]:
    """As two processes on one database."""
    both = Receiving(desk.services), Receiving(desk.services)
    yield both
    for receiving in both:
        await receiving.close()


async def inbox_of(desk) -> Inbox:
    return await desk.services.database.read(lambda s: s.get_one(Inbox, desk.inbox.id))


async def test_one_of_two_processes_fetches(desk, channel, pair) -> None:
    for receiving in pair:
        await receiving.work()
    await asyncio.wait_for(channel.handed_over.wait(), 5)

    assert len(channel.began_at) == 1
    assert (await inbox_of(desk)).checkpoint == {"position": 1}


async def test_the_other_goes_on_from_the_checkpoint(desk, channel, pair) -> None:
    first, second = pair
    await first.work()
    await asyncio.wait_for(channel.handed_over.wait(), 5)
    await first.close()
    channel.handed_over.clear()

    await second.work()
    await asyncio.wait_for(channel.handed_over.wait(), 5)

    assert channel.began_at == [{}, {"position": 1}]
    assert (await inbox_of(desk)).checkpoint_epoch == 2


async def test_a_refused_login_lights_the_inbox_and_is_not_tried_at_once(
    desk, channel, pair
) -> None:
    channel.failures.append(LoginRefused("Wrong password"))
    await pair[0].work()
    async with asyncio.timeout(5):
        while (await inbox_of(desk)).health is not Health.NEEDS_LOGIN:
            await asyncio.sleep(0.02)

    assert len(channel.began_at) == 1


async def test_who_comes_back_after_another_had_it_begins_anew(desk, channel, pair) -> None:
    """Frozen for a while, so that it never saw the other come and go."""
    thawed, other = pair
    await thawed.work()
    await asyncio.wait_for(channel.handed_over.wait(), 5)

    def expire(session) -> None:
        lease = session.exec(select(Lease).where(col(Lease.name).startswith("receive:"))).one()
        lease.until = clock.now() - timedelta(seconds=1)
        session.add(lease)

    await desk.services.database.write(expire)
    channel.handed_over.clear()
    await other.work()
    await asyncio.wait_for(channel.handed_over.wait(), 5)
    await other.close()
    channel.handed_over.clear()

    await thawed.work()
    await asyncio.wait_for(channel.handed_over.wait(), 5)

    assert channel.began_at == [{}, {"position": 1}, {"position": 2}]


class Called(FakeChannel):
    """Its provider calls us, once it has been told where."""

    def __init__(self, account) -> None:
        super().__init__(account)
        self.enabled = asyncio.Event()

    async def enable(self) -> None:
        if self.failures:
            raise self.failures.popleft()
        self.enabled.set()


async def test_a_provider_that_calls_us_is_told_where(desk, pair, monkeypatch) -> None:
    monkeypatch.setattr(registry, "kinds", lambda: {"fake": Called})
    desk.services.channels._open.clear()
    channel = desk.services.channels.of(desk.inbox)

    await pair[0].work()
    await asyncio.wait_for(channel.enabled.wait(), 5)
    async with asyncio.timeout(5):
        while (await inbox_of(desk)).health is not Health.OK:
            await asyncio.sleep(0.02)


async def test_a_provider_that_refuses_lights_the_inbox(desk, pair, monkeypatch) -> None:
    monkeypatch.setattr(registry, "kinds", lambda: {"fake": Called})
    desk.services.channels._open.clear()
    desk.services.channels.of(desk.inbox).failures.append(PermanentFailure("It wants https"))

    await pair[0].work()
    async with asyncio.timeout(5):
        while (found := await inbox_of(desk)).health is not Health.TROUBLE:
            await asyncio.sleep(0.02)

    assert found.health_reason == "It wants https"


async def test_an_inbox_that_is_switched_off_is_left(desk, channel, pair) -> None:
    await pair[0].work()
    await asyncio.wait_for(channel.handed_over.wait(), 5)

    def switch_off(session) -> None:
        inbox = session.get_one(Inbox, desk.inbox.id)
        inbox.enabled = False
        session.add(inbox)

    await desk.services.database.write(switch_off)
    await pair[0].work()

    assert pair[0]._pollers == {}


@pytest.fixture
async def five(desk, channel) -> None:
    """Mailboxes in all."""
    more = [Inbox(name=f"Fetching {n}", kind="fetching", slug=f"fetching-{n}") for n in range(4)]
    await desk.services.database.write(lambda s: s.add_all(more))


async def held(desk) -> dict[str, int]:
    """How many mailboxes each process has."""

    def work(session) -> dict[str, int]:
        query = select(Lease).where(col(Lease.name).startswith("receive:"))
        leases = [one for one in session.exec(query) if one.until > clock.now()]
        return dict(Counter(one.owner for one in leases))

    return await desk.services.database.read(work)


async def test_mailboxes_are_shared_out_as_processes_come_and_go(desk, five, pair) -> None:
    first, second = pair
    await first.work()
    assert await held(desk) == {first.owner: 5}

    for _ in range(2):  # the second says that it is here, the first lets go, the second takes
        for receiving in (second, first):
            await receiving.work()
    assert await held(desk) == {first.owner: 3, second.owner: 2}

    await second.close()
    await first.work()
    assert await held(desk) == {first.owner: 5}


async def test_the_mailboxes_of_a_process_that_died_are_taken_over(desk, five, pair) -> None:
    first, second = pair
    for receiving in (first, second, first, second):
        await receiving.work()

    def die(session) -> None:
        for lease in session.exec(select(Lease).where(Lease.owner == second.owner)):
            lease.until = clock.now() - timedelta(seconds=1)
            session.add(lease)

    await desk.services.database.write(die)
    await first.work()
    await first.work()

    assert await held(desk) == {first.owner: 5}


async def test_what_a_frozen_process_hands_over_after_another_took_its_mailbox_is_refused(
    desk, channel, pair
) -> None:
    """Neither its items nor its checkpoint: the other goes on from where they were."""
    frozen, other = pair
    await frozen.work()
    await asyncio.wait_for(channel.handed_over.wait(), 5)
    before = await inbox_of(desk)

    def expire(session) -> None:
        for lease in session.exec(select(Lease)):
            lease.until = clock.now() - timedelta(seconds=1)
            session.add(lease)

    await desk.services.database.write(expire)
    channel.handed_over.clear()
    await other.work()
    await asyncio.wait_for(channel.handed_over.wait(), 5)
    late = RawItem(external_id="late", content=b"{}")
    with pytest.raises(Conflict):
        await desk.services.arrivals.record(
            desk.inbox.id, [late], {"position": 99}, before.checkpoint_epoch
        )

    assert (await inbox_of(desk)).checkpoint == {"position": 2}
    query = select(Arrival.external_id).order_by(col(Arrival.external_id))
    assert await desk.services.database.read(lambda s: s.exec(query).all()) == ["1", "2"]
