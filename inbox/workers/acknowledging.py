"""Tells providers that something was taken note of: a pressed button stops to turn."""

import asyncio
from collections.abc import Sequence

import structlog

from inbox.channels.abilities import Acknowledges
from inbox.channels.base import Channel
from inbox.envelope import Inbound, InboundEnvelope

log = structlog.get_logger()


class Acknowledging:
    """Behind the commit, at most once, and of no weight: what was said is kept already."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def begin(self, channel: Channel, items: Sequence[Inbound]) -> None:
        given = [one.acknowledge for one in items if isinstance(one, InboundEnvelope)]
        if isinstance(channel, Acknowledges):
            for one in filter(None, given):
                task = asyncio.create_task(_tell(channel, one), name="acknowledge")
                self._running.add(task)
                task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


async def _tell(channel: Acknowledges, given: str) -> None:
    try:
        await channel.acknowledge(given)
    except Exception as error:  # noqa: BLE001  an old query can't be answered any more
        log.info("not_acknowledged", error=repr(error))
