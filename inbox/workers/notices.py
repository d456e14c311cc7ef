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

log = structlog.get_logger()

BATCH = 20
SECONDS = 420  # above what the channel allows itself, below the lease

Built = tuple[str, Inbox, OutboundEnvelope]


class Noticing:
    def __init__(self, services: Services) -> None:
        self.services = services
        self.key = services.vault.key("mail")

    async def work(self) -> int:
        """How many were tried."""
        claimed = await self.services.database.write(self._claim)
        await asyncio.gather(*(self._send(*one) for one in claimed))
        return len(claimed)

    def _claim(self, session: Session) -> list[Built]:
        url = self.services.settings.public_url
        return [
            (notice.id, *notice_mails.build(session, notice, self.key, url))
            for notice in notices.claim_due(session, BATCH)
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
