"""Parsing in a process that may be killed: a hostile mail costs its own batch a few seconds.

The process stays warm and takes many mails a round trip. Each mail has its limit of processor time
and memory; one that breaks them takes the process down, is answered by the channel's plain extract,
and the mails after it go to a new process.
"""

import asyncio
import contextlib
import multiprocessing
import pickle
import resource
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import structlog
from pydantic import SecretStr

from inbox.channels.base import Account, Channel, ChannelSettings, Unparsable
from inbox.channels.registry import kind as channel_kind
from inbox.envelope import Inbound, RawItem
from inbox.files import sweep

CPU_SECONDS = 10
WALL_SECONDS = 30
MEMORY_BYTES = 512 * 1024 * 1024  # above what the process takes when idle
MAILS_PER_PROCESS = 20_000  # then a fresh one, in case memory creeps

log = structlog.get_logger()

Parsed = list[Inbound] | Unparsable


class ParserPool:
    """Made in a running loop; the process starts with the first mail."""

    def __init__(
        self,
        *,
        cpu_seconds: int = CPU_SECONDS,
        memory_bytes: int = MEMORY_BYTES,
        spool: Path | None = None,
    ) -> None:
        self._limits = (cpu_seconds, memory_bytes)
        self._spool = spool
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="parsing")
        self._process: _Process | None = None

    async def parse(self, kind: str, settings: ChannelSettings, raw: RawItem) -> list[Inbound]:
        """Raises Unparsable."""
        (answer,) = await self.parse_many(kind, settings, [raw])
        if isinstance(answer, Unparsable):
            raise answer
        return answer

    async def parse_many(
        self, kind: str, settings: ChannelSettings, raws: Sequence[RawItem]
    ) -> list[Parsed]:
        """One answer for each, in their order; never raises for what is in them."""
        parser = (channel_kind(kind), _without_secrets(settings), self._spool)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._parse_all, parser, raws)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._end)
        self._thread.shutdown(wait=False)

    def _parse_all(self, parser: "_Parser", raws: Sequence[RawItem]) -> list[Parsed]:
        answers: list[Parsed] = []
        while len(answers) < len(raws):
            process = self._ready()
            answers += process.answers(parser, raws[len(answers) :])
            if process.is_broken:
                self._end()
            if process.is_broken and len(answers) < len(raws):
                answers.append(_extract(parser, raws[len(answers)]))
        return answers

    def _ready(self) -> "_Process":
        if self._process and self._process.served > MAILS_PER_PROCESS:
            self._end()
        if not self._process:
            if self._spool:
                sweep(self._spool)
            self._process = _Process(*self._limits)
        return self._process

    def _end(self) -> None:
        if self._process:
            self._process.end()
        self._process = None


_Parser = tuple[type[Channel], ChannelSettings, Path | None]


class _Process:
    """The parent's end of it."""

    def __init__(self, cpu_seconds: int, memory_bytes: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, cpu_seconds, memory_bytes), daemon=True, name="parser"
        )
        self._process.start()
        theirs.close()
        self.is_broken = False
        self.served = 0

    def answers(self, parser: _Parser, raws: Sequence[RawItem]) -> list[Parsed]:
        """As many as it gave before it broke."""
        found: list[Parsed] = []
        try:
            self._pipe.send(
                (
                    parser,
                    [(raw.external_id, raw.content, dict(raw.meta), raw.spooled) for raw in raws],
                )
            )
            while len(found) < len(raws):
                if not self._pipe.poll(WALL_SECONDS):
                    raise TimeoutError
                found.append(self._pipe.recv())
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            self.is_broken = True
            log.warning("parser_broke", error=repr(error), answered=len(found))
        self.served += len(raws)
        return found

    def end(self) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.join()
        self._process.close()


def _serve(pipe: Connection, cpu_seconds: int, memory_bytes: int) -> None:
    """The child: until the parent hangs up."""
    channels: dict[bytes, Channel] = {}
    with contextlib.suppress(EOFError, OSError):
        while True:
            parser, items = pipe.recv()
            key = pickle.dumps(parser)
            channel = channels.setdefault(key, _open(*parser))
            _limit_memory(memory_bytes)
            for external_id, content, meta, spooled in items:
                _limit_time(cpu_seconds)
                raw = RawItem(external_id=external_id, content=content, meta=meta, spooled=spooled)
                pipe.send(_parse_one(channel, raw))


def _parse_one(channel: Channel, raw: RawItem) -> Parsed:
    try:
        return list(channel.parse(raw))
    except Unparsable as error:
        return error
    except MemoryError:
        raise OSError("too much memory") from None  # ends the process, and its heap with it
    except Exception as error:  # noqa: BLE001  hostile input: the reason goes to the quarantine
        return Unparsable(f"{type(error).__name__}: {error}"[:500])


def _extract(parser: _Parser, raw: RawItem) -> Parsed:
    """Here in the parent, since it is cheap for any input."""
    channel: Any = _open(*parser)
    if not hasattr(channel, "extract"):
        return Unparsable("Reading this took too much time or memory.")
    return list(channel.extract(raw))


def _open(channel_class: type[Channel], settings: ChannelSettings, spool: Path | None) -> Channel:
    return channel_class(Account(inbox_id="", name="", settings=settings, spool=spool))


def _without_secrets(settings: ChannelSettings) -> ChannelSettings:
    """What reads hostile input knows no password."""
    secrets = {name: SecretStr("") for name, value in settings if isinstance(value, SecretStr)}
    return settings.model_copy(update=secrets)


def _limit_time(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _limit_memory(more_bytes: int) -> None:
    with open("/proc/self/statm") as statm:  # noqa: PTH123  Linux only, and read often
        now = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + more_bytes, resource.RLIM_INFINITY))
