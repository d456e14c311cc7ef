"""Sends the mails that tell agents what happened."""

import asyncio
from functools import partial

import structlog

from inbox.channels.base import LoginRefused, OutcomeUnknown, TemporaryFailure
from inbox.db import Session
from inbox.desk import notice_mails, notices
from inbox.envelope import OutboundEnvelope
from inbox.errors import message_of
from inbox.model import Inbox, MessageState
from inbox.services import Services
from inbox.workers.slots import Calls

log = structlog.get_logger()

AT_ONCE = 20
EACH = 5  # by one inbox, so that a mail server that hangs leaves room for the others
SECONDS = 420  # above what the channel allows itself, below the lease

Built = tuple[str, Inbox, OutboundEnvelope]


class Noticing:
    def __init__(self, services: Services) -> None:
        self.services = services
        self.key = services.vault.key("mail")
        self.calls = Calls(AT_ONCE, EACH)

    async def begin(self) -> int:
        """How many were begun: as many as there is room for beside the slow ones."""
        if self.calls.slots.room <= 0:
            return 0
        claimed = await self.services.database.write(self._claim)
        for notice_id, inbox, envelope in claimed:
            call = self._send(notice_id, inbox, envelope)
            self.calls.begin(inbox.id, call, f"notice {notice_id}")
        return len(claimed)

    async def work(self) -> int:
        """How many were tried, all of them to their end."""
        begun = await self.begin()
        await self.calls.finish()
        return begun

    def _claim(self, session: Session) -> list[Built]:
        url, slots = self.services.settings.public_url, self.calls.slots
        return [
            (notice.id, *notice_mails.build(session, notice, self.key, url))
            for notice in notices.claim_due(session, min(slots.room, EACH), slots.full())
        ]

    async def _send(self, notice_id: str, inbox: Inbox, envelope: OutboundEnvelope) -> None:
        """An unknown outcome is not tried again: the news stands in Inbox too."""
        write = self.services.database.write
        try:
            async with asyncio.timeout(SECONDS):
                await self.services.channels.of(inbox).send(envelope)
        except (TemporaryFailure, LoginRefused, OSError) as error:
            await write(partial(_put_off, notice_id, message_of(error)))
        except Exception as error:  # noqa: BLE001  whatever it is, the others go on
            state = MessageState.FAILED
            if isinstance(error, OutcomeUnknown | TimeoutError):
                state = MessageState.UNKNOWN
            log.warning("notice_not_sent", notice=notice_id, error=repr(error))
            await write(partial(_settle, notice_id, state, message_of(error)))
        else:
            await write(partial(_settle, notice_id, MessageState.SENT, ""))


def _put_off(notice_id: str, error: str, session: Session) -> None:
    notices.put_off(session, notice_id, error)


def _settle(notice_id: str, state: MessageState, error: str, session: Session) -> None:
    notices.settle(session, notice_id, state, error)
