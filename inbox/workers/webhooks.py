"""Tells the addresses of third parties what happened: signed, within limits, once an answer."""

import asyncio
from dataclasses import dataclass

import aiohttp
import structlog

from inbox.channels.api.signing import HEADER, signature
from inbox.desk import telling
from inbox.desk.telling import Due
from inbox.errors import InboxError, message_of
from inbox.i18n import Phrase
from inbox.outgoing import read_limited
from inbox.services import Services
from inbox.workers.slots import Calls

log = structlog.get_logger()

BATCH = 20
EACH = 5  # to one address, so that one that hangs leaves room for the others
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
        self.calls = Calls(BATCH, EACH)

    async def begin(self) -> int:
        """How many calls were begun: as many as there is room for beside the slow ones."""
        slots = self.calls.slots
        if slots.room <= 0:
            return 0
        limit, full = min(slots.room, EACH), slots.full()
        claimed = await self.services.database.write(lambda s: telling.claim_due(s, limit, full))
        for due in claimed:
            self.calls.begin(due.webhook.id, self._tell(due), f"tell {due.delivery.id}")
        return len(claimed)

    async def work(self) -> int:
        """How many calls were made, all of them to their end."""
        begun = await self.begin()
        await self.calls.finish()
        return begun

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
