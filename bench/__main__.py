"""`python -m bench`: measure this machine, print the table, and leave nothing behind."""

import argparse
import asyncio
import signal
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bench import filling, ingest, mail, pages, place, process, processes, search, sockets, table
from bench.running import Running, bare, serving
from bench.table import Row
from inbox import logs

LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Sizes:
    small: int
    large: int
    messages: int
    mails: int
    in_one: int
    times: int
    postgres: str = ""
    redis: str = ""


def main() -> None:
    asked = _arguments()
    logs.configure("ERROR", human=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that it cleans up then too
    large = LARGEST if asked.full else asked.large
    sizes = Sizes(
        asked.small, large, asked.messages, asked.mails, asked.in_one, asked.times,
        asked.postgres, asked.redis,
    )  # fmt: skip
    drawn = asyncio.run(_measured(sizes))
    print(f"\n{drawn}")
    if asked.write:
        table.write(drawn)


async def _measured(sizes: Sizes) -> str:
    """The groups one after another, so that none takes the processor from another."""
    found: list[Row] = []
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="inbox-bench-") as name:
        async for group, rows in _groups(Path(name), sizes):
            print(f"{time.perf_counter() - began:6.1f} s  {group}")
            found += rows
    return table.draw(found)


async def _groups(folder: Path, sizes: Sizes) -> AsyncIterator[tuple[str, list[Row]]]:
    async with bare(folder) as limit:
        small = await place.make(folder / "small")
        await filling.fill(small, sizes.small, sizes.in_one)
        few = await _desk(small, limit, sizes.small, sizes)
        yield f"pages and search, {sizes.small:,} conversations", few
        large = await place.make(folder / "large")
        await filling.fill(large, sizes.large, sizes.in_one)
        many = await _desk(large, limit, sizes.large, sizes)
        yield f"pages and search, {sizes.large:,} conversations", many
        yield "growth", pages.flatness(few, many)
        fresh = await place.make(folder / "fresh")
        async with serving(fresh) as server:
            yield "sockets", await sockets.rows(fresh, server, limit, sizes.times)
        handed = await place.make(folder / "handed")
        async with serving(handed) as server:
            yield "messages", await ingest.rows(handed, server, limit, sizes.messages)
    yield "e-mails", await mail.rows(folder / "mail", sizes.mails)
    if sizes.postgres and sizes.redis:
        found = await processes.rows(folder, sizes.postgres, sizes.redis, sizes.messages)
        yield "processes on PostgreSQL", found


async def _desk(where: place.Place, limit: Running, stored: int, sizes: Sizes) -> list[Row]:
    async with serving(where) as server:
        return [
            *await process.rows(server, limit, stored),
            *await pages.rows(where, server, limit, filling.LONG, sizes.times),
            *await search.rows(where, server, limit, stored, sizes.times),
        ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--small", type=int, default=10_000, help="conversations to begin with")
    parser.add_argument("--large", type=int, default=100_000, help="conversations to compare with")
    parser.add_argument("--full", action="store_true", help=f"compare with {LARGEST:,}")
    parser.add_argument("--messages", type=int, default=5_000, help="handed in by the API")
    parser.add_argument("--mails", type=int, default=2_000)
    parser.add_argument("--in-one", type=int, default=5_000, help="messages in one conversation")
    parser.add_argument("--times", type=int, default=50, help="how often a page is asked for")
    parser.add_argument("--postgres", default="", metavar="URL", help="of one that may be written")
    parser.add_argument("--redis", default="", metavar="URL", help="beside it, for many processes")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
