"""Requests in numbers, and what times of theirs to tell."""

import asyncio
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import aiohttp

WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Timing:
    """`each` are milliseconds of one request."""

    seconds: float
    each: Sequence[float]

    @property
    def rate(self) -> float:
        return len(self.each) / self.seconds


async def post_all(
    http: aiohttp.ClientSession,
    path: str,
    bodies: Sequence[bytes],
    concurrency: int,
    headers: Mapping[str, str],
) -> Timing:
    each: list[float] = []
    waiting = iter(bodies)
    began = time.perf_counter()
    posters = (_post(http, path, waiting, each, headers) for _ in range(concurrency))
    await asyncio.gather(*posters)
    return Timing(time.perf_counter() - began, each)


async def page(http: aiohttp.ClientSession, path: str, times: int) -> tuple[float, int]:
    """The median in milliseconds, one after another, and the size of the answer."""
    each, size = [], 0
    for _ in range(WARM_UP + times):
        began = time.perf_counter()
        async with http.get(path, allow_redirects=False) as answer:
            size = len(await answer.read())
            assert answer.status == 200, f"{path}: {answer.status}"
        each.append((time.perf_counter() - began) * 1000)
    return statistics.median(each[WARM_UP:]), size


def percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


async def _post(
    http: aiohttp.ClientSession,
    path: str,
    waiting: Iterator[bytes],
    each: list[float],
    headers: Mapping[str, str],
) -> None:
    for body in waiting:
        began = time.perf_counter()
        async with http.post(path, data=body, headers=headers) as answer:
            await answer.read()
            assert answer.status == 202, await answer.text()
        each.append((time.perf_counter() - began) * 1000)
