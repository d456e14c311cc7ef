"""Claims due deliveries and hands them to their channels."""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial

import structlog
from sqlmodel import col, select

from inbox import clock
from inbox.channels import degrading, registry
from inbox.channels.abilities import Reconciles
from inbox.channels.base import (
    Channel,
    LoginRefused,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
    Unreachable,
)
from inbox.db import Session, Work
from inbox.desk import continuing, deliveries, health, outbound
from inbox.desk.outbound import Outbound
from inbox.envelope import FilePart, OutboundEnvelope, Receipt
from inbox.errors import InboxError, Unavailable, message_of
from inbox.i18n import N_
from inbox.model import Delivery, Health, Inbox
from inbox.services import Services
from inbox.workers import looking
from inbox.workers.slots import Calls

log = structlog.get_logger()

AT_ONCE = 24
EACH = 8  # of one inbox, so that one slow server leaves room for the others
SILENT_SECONDS = 60  # between two tries at a provider that does not answer
LOGIN_SECONDS = 300  # a refused login is not tried again sooner
SEND_SECONDS = 600  # above what each channel allows itself, so that it is the one to say what broke
SLOWEST_UPLINK = 32 * 1024  # bytes a second
LEASE_SECONDS = 30  # on top, so that nobody else takes it meanwhile

STOPPED = "They answered STOP, so nothing may be sent there until they answer START."

Note = Work[None]  # stores what became of a delivery


class Delivering:
    def __init__(self, services: Services) -> None:
        self.services = services
        self.key = services.vault.key("mail")
        self.calls = Calls(AT_ONCE, EACH)
        self.slots = self.calls.slots
        self._left_alone: dict[str, int] = {}  # the versions of the inboxes whose calls failed

    async def begin(self) -> int:
        """How many deliveries were claimed: as many as there is room for beside the slow ones."""
        room = self.slots.room
        if room <= 0:
            return 0
        claimed, number = await self.services.database.write(partial(self._claim, limit=room))
        for found in claimed:
            name = f"deliver {found.delivery.id}"
            self.calls.begin(found.inbox.id, self._deliver(found), name)
        return number

    async def work(self) -> int:
        """How many deliveries were tried, all of them to their end."""
        claimed = await self.begin()
        await self.calls.finish()
        return claimed

    def _claim(self, session: Session, limit: int) -> tuple[list[Outbound], int]:
        """Those to hand over, and how many were taken up at all."""
        found = []
        due = deliveries.claim_due(
            session, limit, closed=self._closed(session), keep=self._within_room
        )
        for delivery in due:
            if deliveries.was_handed_over(delivery):
                text = N_("The process stopped while this was being handed over.")
                _unclear(session.get_one(Inbox, delivery.inbox_id), delivery, text, session)
                continue
            built = outbound.build(session, delivery, self.key)
            if built.stopped:
                deliveries.failed(session, delivery.id, delivery.epoch, STOPPED, "stopped")
            else:
                found.append(built)
        return found, len(due)

    def _within_room(self, due: Sequence[Delivery]) -> Sequence[Delivery]:
        taken = Counter[str]()
        kept = []
        for delivery in due:
            if taken[delivery.inbox_id] < self.slots.room_for(delivery.inbox_id):
                taken[delivery.inbox_id] += 1
                kept.append(delivery)
        return kept

    def _closed(self, session: Session) -> list[str]:
        """The inboxes that may not be used now; one whose settings were changed may be at once."""
        full = self.slots.full()
        if full:
            asked = select(Inbox.id, Inbox.version).where(col(Inbox.id).in_(full))
            for inbox_id, version in session.exec(asked):
                if self._left_alone.get(inbox_id, version) != version:
                    self.slots.answered(inbox_id)
        return self.slots.full()

    async def _deliver(self, found: Outbound) -> None:
        """Every outcome ends in a stored state; none is guessed."""
        try:
            channel = self.services.channels.of(found.inbox)
            envelope = replace(found.envelope, files=await self._files(found))
            envelope = degrading.fitted(envelope, channel.capabilities)
            receipt = await self._looked_up(found, channel, envelope)
            seconds = SEND_SECONDS + _size(envelope) / SLOWEST_UPLINK
            is_mine = receipt or await self._hand_over(found, seconds + LEASE_SECONDS)
        except looking.StillUnclear as error:
            note: Note = partial(_unclear, found.inbox, found.delivery, message_of(error))
        except Exception as error:  # noqa: BLE001  nothing has left yet, so none is unknown
            note = self._not_ready(found, error)
        else:
            if not is_mine:
                return
            note = (
                partial(_sent, found, receipt)
                if receipt
                else await self._send(found, channel, envelope, seconds)
            )
        await self.services.database.write(note)

    async def _looked_up(
        self, found: Outbound, channel: Channel, envelope: OutboundEnvelope
    ) -> Receipt | None:
        """Of one of which it is not known whether it went out, what proves that it did."""
        if found.delivery.stage != deliveries.LOOKING or not isinstance(channel, Reconciles):
            return None
        return await looking.look(self.services, channel, found, envelope)

    async def _hand_over(self, found: Outbound, seconds: float) -> bool:
        """False when the lease was lost meanwhile, so somebody else sends it."""
        delivery = found.delivery
        return await self.services.database.write(
            lambda s: deliveries.hand_over(s, delivery.id, delivery.epoch, seconds)
        )

    async def _send(
        self, found: Outbound, channel: Channel, envelope: OutboundEnvelope, seconds: float
    ) -> Note:
        try:
            async with asyncio.timeout(seconds):
                receipt = await channel.send(envelope)
        except (TemporaryFailure, LoginRefused) as error:
            return self._later(found, error)
        except (PermanentFailure, InboxError) as error:
            self.slots.answered(found.inbox.id)
            dead, link = getattr(error, "dead", ()), getattr(error, "link", "")
            return partial(_failed, found, message_of(error), error.code, dead=dead, link=link)
        except Exception as error:
            if isinstance(error, OutcomeUnknown | TimeoutError):
                self._leave_alone(found, SILENT_SECONDS)
            else:
                log.exception("delivery_failed", delivery=found.delivery.id)
            text = message_of(error, N_("The provider did not answer in time."))
            return partial(_unclear, found.inbox, found.delivery, text)
        self.slots.answered(found.inbox.id)
        return partial(_sent, found, receipt)

    def _not_ready(self, found: Outbound, error: Exception) -> Note:
        """What is wrong with the inbox or the message stays wrong; the rest passes."""
        if isinstance(error, InboxError) and not isinstance(error, Unavailable):
            return partial(_failed, found, error.message, error.code)
        log.warning("delivery_not_ready", delivery=found.delivery.id, error=repr(error))
        return self._later(found, error)

    def _later(self, found: Outbound, error: Exception) -> Note:
        """Where the provider itself is the trouble, all that goes there waits, and soon goes on."""
        text, code = message_of(error), getattr(error, "code", "")
        wait, light = getattr(error, "retry_after", None), None
        if isinstance(error, LoginRefused):
            light, wait = Health.NEEDS_LOGIN, LOGIN_SECONDS
            self._leave_alone(found, LOGIN_SECONDS, at_once=True)
        elif isinstance(error, Unreachable):
            light, wait = Health.TROUBLE, wait or SILENT_SECONDS
            self._leave_alone(found, SILENT_SECONDS)
        elif isinstance(error, TemporaryFailure):
            self.slots.answered(found.inbox.id)

        def note(session: Session) -> None:
            deliveries.put_off(session, found.delivery.id, found.delivery.epoch, text, code, wait)
            if light:
                health.note(session, found.inbox.id, light, text, side=health.SENDING)

        return note

    def _leave_alone(self, found: Outbound, seconds: float, *, at_once: bool = False) -> None:
        self._left_alone[found.inbox.id] = found.inbox.version
        self.slots.silent(found.inbox.id, seconds, at_once=at_once)

    async def _files(self, found: Outbound) -> tuple[FilePart, ...]:
        contents = [await self.services.files.get(digest) for digest in found.digests]
        link = self.services.media_link
        return tuple(
            replace(part, content=content, link=link(part.remote))
            for part, content in zip(found.envelope.files, contents, strict=True)
        )


def _sent(found: Outbound, receipt: Receipt, session: Session) -> None:
    deliveries.sent(session, found.delivery.id, found.delivery.epoch, receipt)
    continuing.note(session, found.inbox, found.delivery.message_id, clock.now())
    health.prove(session, found.inbox, side=health.SENDING)


def _failed(
    found: Outbound,
    text: str,
    code: str,
    session: Session,
    *,
    dead: Collection[str] = (),
    link: str = "",
) -> None:
    who = (session, found.delivery.id, found.delivery.epoch)
    deliveries.failed(*who, text, code, dead=dead, link=link)


def _size(envelope: OutboundEnvelope) -> int:
    """In bytes, with files as large as mail makes them."""
    files = sum(len(part.content or b"") for part in envelope.files)
    return len(envelope.text) + len(envelope.html) + files * 4 // 3


def _unclear(inbox: Inbox, delivery: Delivery, text: str, session: Session) -> None:
    """Looked up where the provider can be asked; mail is repeated once, the rest a person decides.

    Without opening the account, which may be what is broken.
    """
    kind = registry.kinds().get(inbox.kind)
    if kind is not None and issubclass(kind, Reconciles):
        deliveries.look_first(session, delivery.id, delivery.epoch, text)
        return
    repeatable = kind is not None and kind.capabilities.repeatable
    deliveries.unknown(session, delivery.id, delivery.epoch, text, repeatable=repeatable)
