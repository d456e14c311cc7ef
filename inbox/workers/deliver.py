"""Claims due deliveries and hands them to their channels."""

import asyncio
from dataclasses import replace

import structlog

from inbox.channels.base import LoginRefused, OutcomeUnknown, PermanentFailure, TemporaryFailure
from inbox.db import Session, Work
from inbox.desk import deliveries, health, outbound
from inbox.desk.outbound import Outbound
from inbox.envelope import FilePart, Receipt
from inbox.errors import InboxError
from inbox.model import Health, Inbox
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
                repeatable = self._repeatable(session, delivery.inbox_id)
                text = "The process stopped while this was being handed over."
                deliveries.unknown(
                    session, delivery.id, delivery.epoch, text, repeatable=repeatable
                )
                continue
            found.append(outbound.build(session, delivery, self.key))
        return found

    def _repeatable(self, session: Session, inbox_id: str) -> bool:
        inbox = session.get_one(Inbox, inbox_id)
        return self.services.channels.of(inbox).capabilities.repeatable

    async def _deliver(self, found: Outbound) -> None:
        """Every outcome ends in a stored state; none is guessed."""
        delivery = found.delivery
        who = (delivery.id, delivery.epoch)
        note: Work[None]
        try:
            receipt = await self._send(found)
            if receipt is None:
                return
            sent = receipt
            note = lambda s: deliveries.sent(s, *who, sent)  # noqa: E731  one per outcome
        except (TemporaryFailure, LoginRefused) as error:
            note = self._later(found, error)
        except PermanentFailure as error:
            text, code = str(error), error.code
            note = lambda s: deliveries.failed(s, *who, text, code)  # noqa: E731
        except InboxError as error:
            text = error.message
            note = lambda s: deliveries.failed(s, *who, text, "inbox")  # noqa: E731
        except Exception as error:
            if not isinstance(error, OutcomeUnknown | TimeoutError):
                log.exception("delivery_failed", delivery=delivery.id)
            text = str(error) or "The provider did not answer in time."
            repeatable = self.services.channels.of(found.inbox).capabilities.repeatable
            note = lambda s: deliveries.unknown(s, *who, text, repeatable=repeatable)  # noqa: E731
        await self.services.database.write(note)

    async def _send(self, found: Outbound) -> Receipt | None:
        """None when the lease was lost meanwhile, so somebody else sends it."""
        delivery = found.delivery
        channel = self.services.channels.of(found.inbox)
        envelope = replace(found.envelope, files=await self._files(found))
        mine = await self.services.database.write(
            lambda s: deliveries.hand_over(s, delivery.id, delivery.epoch)
        )
        if not mine:
            return None
        async with asyncio.timeout(SEND_SECONDS):
            return await channel.send(envelope)

    def _later(self, found: Outbound, error: TemporaryFailure | LoginRefused) -> Work[None]:
        text, code = str(error), getattr(error, "code", "")
        wait = getattr(error, "retry_after", None)

        def note(session: Session) -> None:
            deliveries.put_off(session, found.delivery.id, found.delivery.epoch, text, code, wait)
            if isinstance(error, LoginRefused):
                health.note(session, found.inbox.id, Health.NEEDS_LOGIN, text)

        return note

    async def _files(self, found: Outbound) -> tuple[FilePart, ...]:
        contents = [await self.services.files.get(digest) for digest in found.digests]
        return tuple(
            replace(part, content=content)
            for part, content in zip(found.envelope.files, contents, strict=True)
        )
