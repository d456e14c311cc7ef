"""Each hour asks the providers that can be asked what was said, so that nothing is missing.

What a webhook has brought already is known by its id, and is not taken twice.
"""

from datetime import datetime, timedelta

import structlog
from sqlmodel import col, select

from inbox import clock, ids
from inbox.channels.abilities import Reconciles, Templated
from inbox.channels.base import Channel, ChannelError
from inbox.db import Session
from inbox.desk import gaps, health, templates
from inbox.errors import InboxError, message_of
from inbox.model import Inbox
from inbox.services import Services

log = structlog.get_logger()

EVERY = timedelta(hours=1)
BACK = timedelta(hours=48)  # looked at again each time: lists may lag behind
LONGEST = timedelta(days=90)  # after which nobody wants old messages as new ones
TELLS_AFTER = timedelta(hours=2)  # of failing, the inbox says that there may be a gap
TOGETHER = 200


class Reconciling:
    def __init__(self, services: Services) -> None:
        self.services = services
        self.owner = ids.new()
        self._tried: dict[str, tuple[int, datetime]] = {}

    async def work(self) -> int:
        """How many arrivals were handed over, most of them known already."""
        return sum([await self._look(inbox) for inbox in await self._due()])

    async def _due(self) -> list[Inbox]:
        """One that was changed meanwhile at once."""
        now = clock.now()
        found = []
        for inbox in await self.services.database.read(_enabled):
            version, at = self._tried.get(inbox.id, (-1, now))
            if version != inbox.version or now - at >= EVERY:
                found.append(inbox)
        return found

    async def _look(self, inbox: Inbox) -> int:
        self._tried[inbox.id] = (inbox.version, clock.now())
        try:
            channel = self.services.channels.of(inbox)
        except InboxError:
            return 0  # the light of the inbox says what is wrong
        if not isinstance(channel, Reconciles | Templated):
            return 0
        name = f"reconcile:{inbox.id}"
        write = self.services.database.write
        if await write(lambda s: health.hold(s, name, self.owner)) is None:
            return 0
        await self._templates(inbox, channel)
        return await self._said(inbox, channel) if isinstance(channel, Reconciles) else 0

    async def _said(self, inbox: Inbox, channel: Reconciles) -> int:
        now = clock.now()
        known_to = inbox.reconciled_at or inbox.created_at
        since = max(min(known_to, now - BACK), inbox.created_at, now - LONGEST)
        try:
            items = await channel.said_since(since)
        except (ChannelError, InboxError) as error:
            log.warning("not_reconciled", inbox=inbox.id, error=message_of(error))
            if now - known_to > TELLS_AFTER:
                why = message_of(error)
                await self.services.database.write(
                    lambda s: gaps.note(s, inbox.id, known_to, None, why)
                )
            return 0
        for first in range(0, len(items), TOGETHER):
            await self.services.arrivals.record(inbox.id, items[first : first + TOGETHER])
        await self.services.database.write(lambda s: gaps.looked_up(s, inbox.id))
        return len(items)

    async def _templates(self, inbox: Inbox, channel: Channel) -> None:
        """As they are now; the ones we have stay if they can't be had."""
        if not isinstance(channel, Templated):
            return
        try:
            found = await channel.templates()
        except (ChannelError, InboxError) as error:
            log.warning("templates_not_fetched", inbox=inbox.id, error=message_of(error))
            return
        await self.services.database.write(lambda s: templates.store(s, inbox.id, found))


def _enabled(session: Session) -> list[Inbox]:
    return list(session.exec(select(Inbox).where(col(Inbox.enabled)).order_by(col(Inbox.id))))
