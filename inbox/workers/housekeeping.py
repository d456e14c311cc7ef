"""Removes what is kept for a time only, and moves old raw bytes to the file store."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from inbox import clock, ids
from inbox.db import Session
from inbox.desk import health, keeping
from inbox.services import Services

log = structlog.get_logger()

LEASE = "housekeeping"  # one process at a time; two would only do the same twice
PAUSE_SECONDS = 0.1  # between batches, for those who work

Sweep = Callable[[Session], int]


class Housekeeping:
    def __init__(self, services: Services) -> None:
        self.services = services
        self.owner = ids.new()
        self._looked = ""  # how far the arrivals were gone through; begins anew with the process

    async def work(self) -> int:
        """How much was removed or moved; the next batch follows after a pause."""
        database = self.services.database
        if await database.write(lambda s: health.hold(s, LEASE, self.owner)) is None:
            return 0
        done = 0
        for name, sweep in self._sweeps().items():
            removed = await database.write(sweep)
            done += removed
            if removed:
                log.info("housekeeping", removed=removed, what=name)
        done += await self._move_raws()
        if done:
            await asyncio.sleep(PAUSE_SECONDS)
        return done

    def _sweeps(self) -> dict[str, Sweep]:
        kept = self.services.workspace
        found: dict[str, Sweep] = {"sessions": keeping.sessions, "throttles": keeping.throttles}
        for name, days, sweep in (
            ("rule_runs", kept.rule_run_days, keeping.rule_runs),
            ("webhook_log", kept.webhook_log_days, keeping.webhook_log),
            ("remembered_answers", kept.remembered_answer_days, keeping.remembered_answers),
        ):
            if days:
                found[name] = _before(sweep, days)
        return found

    async def _move_raws(self) -> int:
        """To the files first, then out of the row: a crash between leaves both, never neither."""
        days = self.services.workspace.inline_raw_days
        if not days:
            return 0
        before = clock.now() - timedelta(days=days)
        found, looked = await self.services.database.read(
            lambda s: keeping.inline_raws(s, before, self._looked)
        )
        digests = {
            arrival_id: await self.services.files.put(bytes(raw)) for arrival_id, raw in found
        }
        if digests:
            await self.services.database.write(lambda s: keeping.moved(s, digests))
            log.info("housekeeping", moved=len(digests), what="raws")
        self._looked = looked or self._looked
        return 1 if looked else 0


def _before(sweep: Callable[[Session, datetime], int], days: int) -> Sweep:
    return lambda session: sweep(session, clock.now() - timedelta(days=days))
