"""A loop works when woken, goes on after an error, and ends when told."""

import asyncio

from inbox.bus import Bus
from inbox.workers import loop as loops
from inbox.workers.loop import Loop


async def test_a_loop_is_woken_and_survives_an_error(monkeypatch) -> None:
    monkeypatch.setattr(loops, "_backoff", lambda _failures: 0)
    bus, turns = Bus(), asyncio.Queue[int]()
    await bus.start()
    count = 0

    async def work() -> int:
        nonlocal count
        count += 1
        turns.put_nowait(count)
        if count == 1:
            raise KeyError("a bug")
        return 0

    loop = Loop("test", bus, "topic", work, every=60)
    loop.start()
    async with asyncio.timeout(5):
        assert [await turns.get(), await turns.get()] == [1, 2]
        bus.wake(["topic"])
        assert await turns.get() == 3
    await loop.stop()
    bus.wake(["topic"])
    await asyncio.sleep(0)
    assert turns.empty()
    await bus.close()


async def test_only_a_full_batch_says_that_there_may_be_more() -> None:
    bus, answers = Bus(), iter([20, 20, 19])
    await bus.start()
    done = []

    async def work() -> int:
        done.append(next(answers))
        return done[-1]

    loop = Loop("test", bus, "topic", work, every=60, full=20)
    loop.start()
    async with asyncio.timeout(5):
        while len(done) < 3:
            await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    await loop.stop()
    await bus.close()

    assert done == [20, 20, 19]


def test_the_pause_doubles_up_to_its_end() -> None:
    assert loops._backoff(1) <= 1
    assert 30 <= loops._backoff(50) <= loops.LONGEST_BACKOFF


async def test_what_is_being_done_when_it_is_stopped_is_finished() -> None:
    began, done = asyncio.Event(), asyncio.Event()

    async def send() -> int:
        began.set()
        await asyncio.sleep(0.05)
        done.set()
        return 0

    loop = Loop("sending", Bus(), "topic", send, every=60)
    loop.start()
    await began.wait()
    await asyncio.wait_for(loop.stop(), 1)

    assert done.is_set()


async def test_one_that_rests_after_an_error_stops_at_once() -> None:
    tried = asyncio.Event()

    async def fail() -> int:
        tried.set()
        raise ValueError("no")

    loop = Loop("failing", Bus(), "topic", fail, every=60)
    loop.start()
    await tried.wait()

    await asyncio.wait_for(loop.stop(), 0.2)
