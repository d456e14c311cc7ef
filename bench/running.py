"""Processes of their own to measure: the server, and the bare one beside it."""

import asyncio
import os
import resource
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.place import EMAIL, PASSWORD, Place

ROOT = Path(__file__).parents[1]
START_SECONDS = 120
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers; `http` keeps its connections and is signed in."""

    base: str
    pid: int
    started_in: float
    http: aiohttp.ClientSession

    def cpu_seconds(self) -> float:
        return sum(_cpu(pid) for pid in family(self.pid))

    def memory_megabytes(self) -> float:
        return sum(_memory(pid) for pid in family(self.pid))


@asynccontextmanager
async def serving(place: Place, command: str = "serve") -> AsyncIterator[Running]:
    """`inbox serve` or `inbox web` on the place, with the owner signed in."""
    before = ["-m", "inbox", command, "--port"]
    async with _started(before, [], place.folder, "/sign-in", place.environment) as running:
        given = {"email": EMAIL, "password": PASSWORD}
        async with running.http.post("/sign-in", data=given, allow_redirects=False) as answer:
            assert answer.status == 303, answer.status
        yield running


@asynccontextmanager
async def working(place: Place) -> AsyncIterator[None]:
    """`inbox work` on the place."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "inbox", "work", cwd=place.folder,
        env=_environment(place.environment),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def bare(folder: Path) -> AsyncIterator[Running]:
    async with _started(["-m", "bench.bare"], [str(folder)], ROOT, "/", {}) as running:
        yield running


def family(pid: int) -> list[int]:
    """The process and its children."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [
            int(child) for task in tasks for child in (task / "children").read_text().split()
        ]
    except OSError:
        return []
    return [pid, *(member for child in children for member in family(child))]


@asynccontextmanager
async def _started(
    before: Sequence[str],
    after: Sequence[str],
    folder: Path,
    probe: str,
    environment: Mapping[str, str],
) -> AsyncIterator[Running]:
    port = _free_port()
    base = f"http://127.0.0.1:{port}"
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, *before, str(port), *after, cwd=folder, env=_environment(environment),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    jar = aiohttp.CookieJar(unsafe=True)
    connector = aiohttp.TCPConnector(limit=0)
    try:
        async with aiohttp.ClientSession(base, cookie_jar=jar, connector=connector) as http:
            await _answering(http, probe, process)
            yield Running(base, process.pid, time.perf_counter() - began, http)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _answering(
    http: aiohttp.ClientSession, probe: str, process: asyncio.subprocess.Process
) -> None:
    async with asyncio.timeout(START_SECONDS):
        while process.returncode is None:
            try:
                async with http.get(probe) as answer:
                    if answer.ok:
                        return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.01)
    raise RuntimeError(f"The server ended at once, with {process.returncode}.")


def _environment(wanted: Mapping[str, str]) -> dict[str, str]:
    """Without the settings of the shell, which may name a database that matters to somebody."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("INBOX_")}  # noqa: TID251
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    return {**kept, "INBOX_LOG_LEVEL": "ERROR", **wanted}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory(pid: int) -> float:
    """What shared pages count for is divided among those who share them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def own_cpu_seconds() -> float:
    """Of this process and of the children it has now or had."""
    gone = resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(_cpu(pid) for pid in family(os.getpid())) + gone.ru_utime + gone.ru_stime
