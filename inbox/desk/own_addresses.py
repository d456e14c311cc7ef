"""Which e-mail addresses are ours: those of the inboxes and their aliases, with a token or not."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox.envelope import InboundEnvelope
from inbox.model import Inbox
from inbox.model.inbox import addresses_of


def every(session: Session) -> set[str]:
    """Of all inboxes, those that are switched off as well."""
    rows = session.execute(sa.select(col(Inbox.address), col(Inbox.settings)))
    return {one for address, settings in rows for one in addresses_of(address, settings)}


def is_ours(address: str, own: Collection[str]) -> bool:
    """Plus addresses are ours too: support+token@acme.example."""
    return address.lower() in own or bare(address) in own


def bare(address: str) -> str:
    """Without what stands behind a plus."""
    local, _at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def written_to(addresses: Sequence[str], envelope: InboundEnvelope) -> str:
    """The one of an inbox that a mail was for; what stands on To goes before how it came."""
    shown = [one.value for one in (*envelope.to, *envelope.cc)]
    for found in (*shown, *envelope.delivered_to):
        for one in (found.lower(), bare(found)):
            if one in addresses:
                return one
    return addresses[0] if addresses else ""
