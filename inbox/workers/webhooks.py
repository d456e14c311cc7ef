"""Tells the addresses of third parties what happened: signed, within limits, once an answer."""

import asyncio
from dataclasses import dataclass
from functools import partial

import aiohttp
import structlog

from inbox.channels.api.signing import HEADER, signature
from inbox.desk import telling
from inbox.desk.telling import Due
from inbox.errors import InboxError, message_of
from inbox.i18n import Phrase
from inbox.outgoing import read_limited
from inbox.services import Services
from inbox.workers.slots import Slots

log = structlog.get_logger()

BATCH = 20
EACH = 5  # to one address, so that one that hangs leaves room for the others
FINISH_SECONDS = 10.0
SECONDS = 15  # below the lease, so that nobody else tells it meanwhile
LARGEST_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    status: int | None = None
    text: str = ""
    error: str = ""


class Telling:
    def __init__(self, services: Services) -> None:
        self.services = services
        self.slots = Slots(BATCH, EACH)
        self._calls: set[asyncio.Task[None]] = set()

    async def begin(self) -> int:
        """How many calls were begun: as many as there is room for beside the slow ones."""
        room = self.slots.room
        if room <= 0:
            return 0
        full = self.slots.full()
        claimed = await self.services.database.write(
            lambda s: telling.claim_due(s, min(room, EACH), full)
        )
        for due in claimed:
            self.slots.take(due.webhook.id)
            task = asyncio.create_task(self._tell(due), name=f"tell {due.delivery.id}")
            self._calls.add(task)
            task.add_done_callback(partial(self._done, due.webhook.id))
        return len(claimed)

    async def work(self) -> int:
        """How many calls were made, all of them to their end."""
        begun = await self.begin()
        await asyncio.gather(*self._calls)
        return begun

    async def close(self) -> None:
        """Those who are on the line are heard, unless it takes too long."""
        if self._calls:
            _, cut_off = await asyncio.wait(self._calls, timeout=FINISH_SECONDS)
            for task in cut_off:
                task.cancel()
            await asyncio.gather(*cut_off, return_exceptions=True)

    def _done(self, webhook_id: str, task: asyncio.Task[None]) -> None:
        self.slots.give_back(webhook_id)
        self._calls.discard(task)
        if not task.cancelled() and task.exception():
            log.error("telling_not_noted", error=repr(task.exception()))

    async def _tell(self, due: Due) -> None:
        outcome, delivery_id = await self._call(due), due.delivery.id
        status = outcome.status
        if status is not None and not outcome.error:
            await self.services.database.write(
                lambda s: telling.told(s, delivery_id, status, outcome.text)
            )
            return
        await self.services.database.write(
            lambda s: telling.not_told(s, delivery_id, status, outcome.text, outcome.error)
        )

    async def _call(self, due: Due) -> Outcome:
        body = due.delivery.payload.encode()
        try:
            headers = self._headers(due, body)
            async with (
                asyncio.timeout(SECONDS),
                self.services.channels.http().post(
                    due.webhook.url, data=body, headers=headers, allow_redirects=False
                ) as answer,
            ):
                text = (await read_limited(answer, LARGEST_ANSWER)).decode(errors="replace")
        except TimeoutError:
            return Outcome(
                error=Phrase("There was no answer within %(count)s seconds.", count=SECONDS)
            )
        except (aiohttp.ClientError, OSError, ValueError, InboxError) as error:
            return Outcome(error=message_of(error))
        well = 200 <= answer.status < 300
        return Outcome(
            answer.status,
            text,
            "" if well else Phrase("It answered %(status)s.", status=answer.status),
        )

    def _headers(self, due: Due, body: bytes) -> dict[str, str]:
        secret = self.services.vault.decrypt(due.webhook.secret)["secret"]
        return {
            "Content-Type": "application/json",
            "User-Agent": "Inbox",
            "X-Inbox-Event": due.delivery.event_kind,
            "X-Inbox-Delivery": due.delivery.id,
            HEADER: signature(secret, body),
        }
