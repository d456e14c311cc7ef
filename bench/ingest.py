"""Messages handed in by the API: accepted, which means committed, and made into conversations."""

import asyncio
import time
from collections.abc import Sequence

import orjson
import sqlalchemy as sa

from bench.load import percentile, post_all
from bench.place import Place
from bench.running import Running
from bench.table import Row

CONCURRENCY = 32
THREADS = 200
TEXT = "My order has not arrived yet, could you look where it is? " * 6
PATIENCE_SECONDS = 120
JSON = {"Content-Type": "application/json"}


async def rows(place: Place, server: Running, bare: Running, count: int) -> list[Row]:
    limit = await post_all(bare.http, "/arrivals", bodies("bare", count), CONCURRENCY, JSON)
    cpu, began = server.cpu_seconds(), time.perf_counter()
    headers = {**JSON, **place.authorization}
    taken = await post_all(server.http, place.arrivals, bodies("ours", count), CONCURRENCY, headers)
    await until_done(place, count)
    seconds = time.perf_counter() - began
    spent = (server.cpu_seconds() - cpu) * 1000 / count
    return [
        Row(what="API: messages accepted", figure=taken.rate, unit="/s", goal=1000,
            more_is_better=True, limit=limit.rate),
        Row(what="API: 99 % accepted within", figure=percentile(taken.each, 99), unit="ms",
            goal=100, limit=percentile(limit.each, 99)),
        Row(what="API: messages accepted and ingested", figure=count / seconds, unit="/s",
            goal=1000, more_is_better=True, limit=limit.rate),
        Row(what="API: processor time a message", figure=spent, unit="ms"),
        Row(what="Memory after the messages of the API", figure=server.memory_megabytes(),
            unit="MB", goal=250, limit=bare.memory_megabytes()),
    ]  # fmt: skip


def bodies(prefix: str, count: int) -> Sequence[bytes]:
    return [
        orjson.dumps(
            {
                "external_id": f"{prefix}-{number}",
                "sender": {"kind": "external", "value": f"{prefix}-{number % THREADS}"},
                "thread": f"{prefix}-{number % THREADS}",
                "text": f"{number} {TEXT}",
            }
        )
        for number in range(count)
    ]


async def until_done(place: Place, count: int) -> None:
    engine = sa.create_engine(place.settings.sqlalchemy_url)
    done = sa.text("SELECT count(*) FROM arrival WHERE state = 'done'")
    with engine.connect() as connection:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while connection.scalar(done) < count:
                connection.rollback()  # so that the next look sees what is new
                await asyncio.sleep(0.02)
    engine.dispose()
