"""Processes wake each other, whatever else is said on the same server."""

import asyncio

import redis.asyncio as redis

from inbox.bus import CHANNEL, Bus


async def test_nonsense_from_others_does_not_end_the_listening(valkey_url) -> None:
    one, other = Bus(valkey_url), Bus(valkey_url)
    woken = other.wakeup("topic")
    await one.start()
    await other.start()
    async with asyncio.timeout(10):
        while not woken.is_set():  # until both listen
            one.wake(["topic"])
            await asyncio.sleep(0.05)
    woken.clear()

    stranger = redis.from_url(valkey_url)
    for nonsense in (b"{", b"[]", b'{"from": 1}', b'{"from": 1, "topics": 7}'):
        await stranger.publish(CHANNEL, nonsense)
    await stranger.aclose()
    one.wake(["topic"])

    await asyncio.wait_for(woken.wait(), 5)
    await one.close()
    await other.close()
