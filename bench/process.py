"""The process itself: how soon it serves, and what it takes while nothing happens."""

import asyncio

from bench.running import Running
from bench.table import Row

IDLE_SECONDS = 2


async def rows(server: Running, bare: Running, stored: int) -> list[Row]:
    await asyncio.sleep(IDLE_SECONDS)
    return [
        Row(what=f"Start to serving, {stored:,} conversations stored", figure=server.started_in,
            unit="s", goal=3, limit=bare.started_in),
        Row(what=f"Memory idle, {stored:,} conversations stored",
            figure=server.memory_megabytes(), unit="MB", goal=150,
            limit=bare.memory_megabytes()),
    ]  # fmt: skip
