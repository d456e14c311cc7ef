"""Looks each night whether a mail was missed, and whenever somebody asks."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import structlog

from inbox import clock
from inbox.channels.base import ChannelError, Compares
from inbox.desk import comparing, seen_mail
from inbox.envelope import RawItem
from inbox.errors import InboxError, message_of
from inbox.model import Inbox
from inbox.services import Services

log = structlog.get_logger()


class Comparing:
    def __init__(self, services: Services) -> None:
        self.services = services

    async def work(self) -> int:
        """One mailbox at a time; how many were looked through."""
        now = clock.now()
        inbox = await self.services.database.write(lambda s: comparing.claim(s, now))
        if inbox is None:
            return 0
        await compare(self.services, inbox)
        return 1


async def compare(services: Services, inbox: Inbox) -> Inbox:
    """The inbox with what came of it; what was missed is fetched and understood as any mail is."""
    channel = services.channels.of(inbox)
    missed: list[str] = []
    looked, error = 0, ""

    async def known(folder: str, uid_validity: int) -> set[int]:
        return await services.database.read(
            lambda s: seen_mail.numbers(s, inbox.id, folder, uid_validity)
        )

    async def record(items: Sequence[RawItem], _checkpoint: Mapping[str, Any]) -> None:
        new = await services.database.read(lambda s: seen_mail.unknown(s, inbox.id, items))
        await services.arrivals.record(inbox.id, items)
        missed.extend(item.external_id for item in new)

    try:
        if isinstance(channel, Compares):
            looked = await channel.compare(inbox.checkpoint, known, record)
    except (ChannelError, InboxError, OSError, TimeoutError) as trouble:
        error = message_of(trouble)
    if missed:
        log.error("mails_were_missed", inbox=inbox.id, count=len(missed))
    finish = partial(_finish, inbox.id, looked, missed, error)
    return await services.database.write(finish)


def _finish(inbox_id: str, looked: int, missed: list[str], error: str, session: Any) -> Inbox:
    return comparing.finish(session, inbox_id, looked, missed, error)
