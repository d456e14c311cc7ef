"""Claims due deliveries and hands them to their channels."""

import asyncio
from dataclasses import replace

import structlog

from inbox.channels.base import LoginRefused, OutcomeUnknown, PermanentFailure, TemporaryFailure
from inbox.db import Session
from inbox.desk import deliveries, health, outbound
from inbox.desk.outbound import Outbound
from inbox.errors import InboxError
from inbox.model import Health
from inbox.services import Services

log = structlog.get_logger()

BATCH = 20
SEND_SECONDS = 60  # below the lease, so that nobody else takes it meanwhile


class Delivering:
    def __init__(self, services: Services) -> None:
        self.services = services
        self.key = services.vault.key("mail")

    async def work(self) -> int:
        """How many deliveries were tried."""
        claimed = await self.services.database.write(self._claim)
        await asyncio.gather(*(self._deliver(found) for found in claimed))
        return len(claimed)

    def _claim(self, session: Session) -> list[Outbound]:
        found = []
        for delivery in deliveries.claim_due(session, BATCH):
            if deliveries.was_handed_over(delivery):
                repeatable = self._capabilities(session, delivery.inbox_id)
                text = "The process stopped while this was being handed over."
                deliveries.unknown(
                    session, delivery.id, delivery.epoch, text, repeatable=repeatable
                )
                continue
            found.append(outbound.build(session, delivery, self.key))
        return found

    def _capabilities(self, session: Session, inbox_id: str) -> bool:
        inbox = session.get_one(outbound.Inbox, inbox_id)
        return self.services.channels.of(inbox).capabilities.repeatable

    async def _deliver(self, found: Outbound) -> None:
        write = self.services.database.write
        delivery = found.delivery
        who = (delivery.id, delivery.epoch)
        try:
            channel = self.services.channels.of(found.inbox)
            envelope = replace(found.envelope, files=await self._files(found))
            if not await write(lambda s: deliveries.hand_over(s, *who)):
                return
            async with asyncio.timeout(SEND_SECONDS):
                receipt = await channel.send(envelope)
            await write(lambda s: deliveries.sent(s, *who, receipt))
        except (TemporaryFailure, LoginRefused) as error:
            text, wait = str(error), getattr(error, "retry_after", None)
            code = getattr(error, "code", "")
            await write(lambda s: deliveries.put_off(s, *who, text, code, wait))
            if isinstance(error, LoginRefused):
                await write(lambda s: health.note(s, delivery.inbox_id, Health.NEEDS_LOGIN, text))
        except PermanentFailure as error:
            text, code = str(error), error.code
            await write(lambda s: deliveries.failed(s, *who, text, code))
        except (OutcomeUnknown, TimeoutError) as error:
            text = str(error) or "The provider did not answer in time."
            repeatable = channel.capabilities.repeatable
            await write(lambda s: deliveries.unknown(s, *who, text, repeatable=repeatable))
        except InboxError as error:
            text = error.message
            await write(lambda s: deliveries.failed(s, *who, text, "inbox"))
        except Exception as error:
            log.exception("delivery_failed", delivery=delivery.id)
            text = f"This channel failed in an unexpected way: {error!r}"
            await write(lambda s: deliveries.unknown(s, *who, text, repeatable=False))

    async def _files(self, found: Outbound) -> tuple[outbound.FilePart, ...]:
        contents = [await self.services.files.get(digest) for digest in found.digests]
        return tuple(
            replace(part, content=content)
            for part, content in zip(found.envelope.files, contents, strict=True)
        )
