"""Everything that runs beside the web: which loops, on which topics, how often at the least."""

import asyncio
from functools import partial

from sqlmodel import Session, col, select

from inbox import clock
from inbox.desk import (
    arrivals,
    comparing,
    continuing,
    deliveries,
    notices,
    search,
    snooze,
    telling,
)
from inbox.desk.search import people
from inbox.events import SYSTEM, TOPIC
from inbox.model import Team
from inbox.routing import distributing
from inbox.services import Services
from inbox.workers import ingest
from inbox.workers.comparing import Comparing
from inbox.workers.deliver import Delivering
from inbox.workers.housekeeping import Housekeeping
from inbox.workers.ingest import Ingesting
from inbox.workers.loop import Loop
from inbox.workers.notices import Noticing
from inbox.workers.react import Reacting
from inbox.workers.reactions import REACTIONS, Together
from inbox.workers.receive import RENEW_SECONDS, Receiving
from inbox.workers.reconciling import Reconciling
from inbox.workers.webhooks import Telling

PAGES_FIRST = 0.02  # seconds in which what happened is drawn and pushed
INDEX_LAST = 0.1


class Crew:
    """Starts and stops the workers of one process; any number of processes may have one."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.receiving = Receiving(services)
        self.ingesting = Ingesting(services)
        self.delivering = Delivering(services)
        self.telling = Telling(services)
        self.noticing = Noticing(services)
        reacting = Reacting(services, REACTIONS, Together)
        loop = partial(Loop, bus=services.bus)
        self.loops = [
            loop("ingest", topic=arrivals.TOPIC, work=self.ingesting.work, every=5,
                 full=ingest.BATCH),
            loop("react", topic=TOPIC, work=reacting.work, every=5, gives_way=PAGES_FIRST),
            loop("deliver", topic=deliveries.TOPIC, work=self.delivering.begin, every=1),
            loop("webhooks", topic=telling.TOPIC, work=self.telling.begin, every=1),
            loop("notices", topic=notices.TOPIC, work=self.noticing.begin, every=10),
            loop("index", topic=TOPIC, work=self._index, every=10, gives_way=INDEX_LAST),
            loop("tick", topic="tick", work=self._tick, every=5),
            loop("housekeeping", topic="housekeeping", work=Housekeeping(services).work, every=600),
            loop("compare", topic=comparing.TOPIC, work=Comparing(services).work, every=300),
            loop("reconcile", topic="inboxes", work=Reconciling(services).work, every=300),
            loop("receive", topic="inboxes", work=self.receiving.work, every=RENEW_SECONDS),
        ]  # fmt: skip

    def start(self) -> None:
        for loop in self.loops:
            loop.start()

    async def stop(self) -> None:
        await asyncio.gather(*(loop.stop() for loop in self.loops))
        calling = (self.delivering, self.telling, self.noticing)
        await asyncio.gather(*(one.calls.close() for one in calling))
        await self.receiving.close()
        await self.ingesting.close()

    async def _index(self) -> int:
        messages = await self.services.database.write(search.index_new, behind=True)
        return messages + await self.services.database.write(people.index_new, behind=True)

    async def _tick(self) -> int:
        """What time brings: snoozes end, who came online gets what waits, chats go on by mail."""
        woken = await self.services.database.write(
            lambda session: snooze.wake_due(session, clock.now(), by=SYSTEM)
        )
        await self.services.database.write(_distribute)
        mailed = await self.services.database.write(
            lambda session: continuing.send_due(session, clock.now())
        )
        return woken + mailed


def _distribute(session: Session) -> None:
    for team in session.exec(select(Team).order_by(col(Team.id))):
        distributing.distribute_waiting(session, team, by=SYSTEM)
