"""More processes on PostgreSQL against one: the same messages, handed in at all of them."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from bench import place
from bench.ingest import CONCURRENCY, JSON, bodies, until_done
from bench.load import post_all
from bench.place import Place
from bench.running import Running, serving, working
from bench.table import Row

WEB, WORKERS = 2, 2


async def rows(folder: Path, postgres: str, redis: str, count: int) -> list[Row]:
    async with _place(folder / "one", postgres, redis) as where, serving(where) as server:
        alone = await _rate(where, [server], count)
    async with _place(folder / "many", postgres, redis) as where, AsyncExitStack() as stack:
        for _ in range(WORKERS):
            await stack.enter_async_context(working(where))
        servers = [await stack.enter_async_context(serving(where, "web")) for _ in range(WEB)]
        together = await _rate(where, servers, count)
    return [
        Row(what="PostgreSQL, one process: messages accepted and ingested", figure=alone,
            unit="/s"),
        Row(what="PostgreSQL, two web and two worker processes", figure=together, unit="/s"),
        Row(what="Two web and two worker processes, in multiples of one",
            figure=together / alone, unit="times", goal=1.6, more_is_better=True),
    ]  # fmt: skip


async def _rate(where: Place, servers: Sequence[Running], count: int) -> float:
    """Accepted and ingested in a second, by as many callers however many processes there are."""
    headers = {**JSON, **where.authorization}
    share, callers = count // len(servers), CONCURRENCY // len(servers)
    began = time.perf_counter()
    await asyncio.gather(
        *(
            post_all(server.http, where.arrivals, bodies(f"at{number}", share), callers, headers)
            for number, server in enumerate(servers)
        )
    )
    await until_done(where, share * len(servers))
    return share * len(servers) / (time.perf_counter() - began)


@asynccontextmanager
async def _place(folder: Path, postgres: str, redis: str) -> AsyncIterator[Place]:
    """In a database of its own, which goes afterwards."""
    name = f"inbox_bench_{secrets.token_hex(6)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        parts = psycopg.conninfo.conninfo_to_dict(postgres)
        login = ":".join(str(parts[key]) for key in ("user", "password") if key in parts)
        host = f"{parts.get('host', '127.0.0.1')}:{parts.get('port', 5432)}"
        yield await place.make(
            folder, database_url=f"postgresql://{login}@{host}/{name}", redis_url=redis
        )
    finally:
        with psycopg.connect(postgres, autocommit=True) as connection:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(drop)
