"""Where an answer was lost after the message was handed over: the provider's list says what is."""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlmodel import col, select

from inbox.channels.abilities import Reconciles
from inbox.channels.base import ChannelError
from inbox.db import Session
from inbox.desk.outbound import Outbound
from inbox.envelope import OutboundEnvelope, Receipt
from inbox.errors import InboxError, message_of
from inbox.model import Message
from inbox.services import Services

log = structlog.get_logger()

SLACK = timedelta(minutes=1)  # by which clocks may differ


class StillUnclear(Exception):
    """The list could not be had, so nothing may be sent yet."""


async def look(
    services: Services, channel: Reconciles, found: Outbound, envelope: OutboundEnvelope
) -> Receipt | None:
    """What proves that it went out; None if it did not, so that it may be sent again."""
    since = found.delivery.due_from - SLACK
    try:
        receipts = await channel.sent_since(envelope, since)
    except (ChannelError, InboxError, OSError, TimeoutError) as error:
        raise StillUnclear(message_of(error)) from error
    new = await services.database.read(lambda s: _unknown(s, found.inbox.id, receipts))
    log.info("looked_for_delivery", delivery=found.delivery.id, found=len(new))
    return new[0] if new else None


def _unknown(session: Session, inbox_id: str, receipts: Sequence[Receipt]) -> list[Receipt]:
    """Without those of other messages of ours, which may say the same."""
    wanted = [one.provider_id for one in receipts]
    known = select(Message.provider_id).where(
        Message.inbox_id == inbox_id, col(Message.provider_id).in_(wanted)
    )
    have = set(session.exec(known))
    return [one for one in receipts if one.provider_id not in have]
