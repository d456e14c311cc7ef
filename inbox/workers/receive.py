"""Runs the channels that fetch by themselves, and tells the providers of others where to call.

One poller an inbox, held by a lease.
"""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlmodel import col, select

from inbox import clock, ids
from inbox.channels.abilities import Forgets
from inbox.channels.base import ChannelError, Enables, Listens, LoginRefused, listens
from inbox.db import Session, Work
from inbox.desk import gaps, health, sharing
from inbox.envelope import RawItem
from inbox.errors import Conflict, InboxError, message_of
from inbox.model import Health, Inbox
from inbox.services import Services
from inbox.trouble import is_trouble

log = structlog.get_logger()

RENEW_SECONDS = 5.0
LOGIN_WAIT = 300.0  # a refused login is not tried again sooner
LONGEST_WAIT = 120.0
ALIVE_EVERY = 30.0
OUTAGE_SECONDS = 1.0
BEAT_SECONDS = 60.0  # of a poller whose provider calls us
GOOD_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _Poller:
    """For one version of the inbox's settings, under one epoch of its lease."""

    version: int
    epoch: int
    task: asyncio.Task[None]


class Receiving:
    """Looks every few seconds which inboxes want a poller, and keeps those it holds."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.owner = ids.new()
        self._pollers: dict[str, _Poller] = {}

    async def work(self) -> int:
        wanted = await self.services.database.read(_enabled)
        polled = {i.id: i for i in wanted if self.services.channels.wants_a_poller(i)}
        for inbox_id, poller in list(self._pollers.items()):
            inbox = polled.get(inbox_id)
            if inbox is None or inbox.version != poller.version or poller.task.done():
                await self._end(inbox_id)
        share = await self.services.database.write(
            lambda s: sharing.share(s, self.owner, len(polled))
        )
        for inbox_id in list(self._pollers)[share:]:
            await self._end(inbox_id)  # for a process that has less
        for inbox in polled.values():
            if inbox.id in self._pollers or len(self._pollers) < share:
                await self._keep(inbox)
        return 0

    async def close(self) -> None:
        for inbox_id in list(self._pollers):
            await self._end(inbox_id)
        await self._note(lambda s: sharing.leave(s, self.owner))

    async def _keep(self, inbox: Inbox) -> None:
        name = f"receive:{inbox.id}"
        epoch = await self.services.database.write(lambda s: health.hold(s, name, self.owner))
        running = self._pollers.get(inbox.id)
        if running and running.epoch != epoch:  # somebody else had it meanwhile
            await self._end(inbox.id, let_go=epoch is None)
        if epoch is not None and inbox.id not in self._pollers:
            task = asyncio.create_task(self._poll(inbox.id, epoch), name=name)
            self._pollers[inbox.id] = _Poller(inbox.version, epoch, task)

    async def _end(self, inbox_id: str, *, let_go: bool = True) -> None:
        task = self._pollers.pop(inbox_id).task
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if let_go:
            await self._note(lambda s: health.let_go(s, f"receive:{inbox_id}", self.owner))

    async def _poll(self, inbox_id: str, epoch: int) -> None:
        """Until cancelled; every end of `listen` is a reason to wait and begin again."""
        failures = 0
        await asyncio.sleep(await self.services.database.read(lambda s: _login_wait(s, inbox_id)))
        while True:
            link = _Link()
            try:
                await self._room()
                await self._listen(inbox_id, epoch, link)
                failures = 0
            except LoginRefused as error:
                await self._light(inbox_id, epoch, Health.NEEDS_LOGIN, message_of(error))
                await asyncio.sleep(LOGIN_WAIT)
            except Conflict:
                log.warning("poller_overtaken", inbox=inbox_id)
                return  # its light is the other's to set
            except (ChannelError, InboxError, OSError, TimeoutError) as error:
                failures = 1 if link.was_good() else failures + 1
                await self._light(inbox_id, epoch, Health.TROUBLE, message_of(error))
                wait = getattr(error, "retry_after", None) or min(LONGEST_WAIT, 2.0**failures)
                await asyncio.sleep(wait * random.uniform(0.7, 1.3))  # noqa: S311  not a secret
            except Exception as error:
                log.exception("poller_failed", inbox=inbox_id)
                failures += 1
                await self._light(inbox_id, epoch, Health.TROUBLE, repr(error))
                await asyncio.sleep(min(LONGEST_WAIT, 2.0**failures))

    async def _room(self) -> None:
        """Nothing is fetched that could not be kept."""
        while self.services.database.outage.is_on:  # noqa: ASYNC110  other threads meet its end
            await asyncio.sleep(OUTAGE_SECONDS)

    async def _listen(self, inbox_id: str, epoch: int, link: "_Link") -> None:
        inbox = await self.services.database.read(lambda s: s.get_one(Inbox, inbox_id))
        channel = self.services.channels.of(inbox)
        if isinstance(channel, Enables):
            await channel.enable()
        if isinstance(channel, Forgets) and (gap := channel.gap(inbox.checkpoint)):
            await self.services.database.write(lambda s: gaps.note(s, inbox_id, *gap))
        while not listens(channel):  # until cancelled: the provider calls
            await self._light(inbox_id, epoch, Health.OK, "")
            await asyncio.sleep(BEAT_SECONDS)
        assert isinstance(channel, Listens)
        alive = 0.0

        async def record(items: Sequence[RawItem], checkpoint: Mapping[str, Any]) -> None:
            nonlocal alive
            if items or dict(checkpoint) != inbox.checkpoint:
                self._look_for_new_numbers(inbox, checkpoint)
                await self.services.arrivals.record(inbox_id, items, checkpoint, epoch)
                inbox.checkpoint = dict(checkpoint)
                link.has_brought = link.has_brought or bool(items)
            if time.monotonic() - alive > ALIVE_EVERY:
                alive = time.monotonic()
                await self._light(inbox_id, epoch, Health.OK, "")

        await channel.listen(inbox.checkpoint, record)

    def _look_for_new_numbers(self, inbox: Inbox, checkpoint: Mapping[str, Any]) -> None:
        """All of the folder is compared again then, which whoever runs this ought to know."""
        before, after = (one.get("uidvalidity") for one in (inbox.checkpoint, checkpoint))
        if before and before != after:
            log.warning("folder_numbered_anew", inbox=inbox.id, before=before, after=after)

    async def _light(self, inbox_id: str, epoch: int, light: Health, reason: str) -> None:
        """Raises Conflict when somebody else looks after it meanwhile."""

        def work(session: Session) -> None:
            if not health.holds(session, f"receive:{inbox_id}", self.owner, epoch):
                raise Conflict("Another process looks after this inbox now.")
            health.note(session, inbox_id, light, reason)

        await self._note(work)

    async def _note(self, work: Work[None]) -> None:
        """What passes by itself if nobody notes it, so that an outage ends nothing."""
        try:
            await self.services.database.write(work)
        except Exception as error:
            if not is_trouble(error):
                raise
            log.debug("not_noted", error=repr(error))


@dataclass(slots=True)
class _Link:
    """One try to listen; after a good one the next begins soon, however it ended."""

    started: float = field(default_factory=time.monotonic)
    has_brought: bool = False

    def was_good(self) -> bool:
        return self.has_brought or time.monotonic() - self.started > GOOD_SECONDS


def _login_wait(session: Session, inbox_id: str) -> float:
    """Seconds until a login that was refused may be tried again, whichever process tried it."""
    inbox = session.get_one(Inbox, inbox_id)
    if health.RECEIVING not in inbox.troubles or not inbox.health_at:
        return 0
    if inbox.troubles[health.RECEIVING][0] != Health.NEEDS_LOGIN:
        return 0
    return max(0.0, LOGIN_WAIT - (clock.now() - inbox.health_at).total_seconds())


def _enabled(session: Session) -> list[Inbox]:
    return list(session.exec(select(Inbox).where(col(Inbox.enabled)).order_by(col(Inbox.id))))
