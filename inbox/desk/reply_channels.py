"""By which channels a customer can be answered, which one is proposed, and why another is not."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock
from inbox.desk import templates
from inbox.envelope import AddressKind
from inbox.i18n import N_, Phrase
from inbox.model import ChannelThread, Conversation, Identity, Inbox

OVER = N_("The time in which this channel allows answers is over.")
STOPPED = N_("%(address)s answered STOP, so nothing may be sent there until they answer START.")
THREADS = (
    select(ChannelThread, Inbox, Identity)
    .join(Inbox, col(Inbox.id) == col(ChannelThread.inbox_id))
    .join(Identity, col(Identity.id) == col(ChannelThread.identity_id))
    .where(col(ChannelThread.conversation_id) == sa.bindparam("conversation_id"))
    .order_by(col(ChannelThread.last_incoming_at).desc().nulls_last(), col(ChannelThread.id).desc())
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyChannel:
    """`our_address` is the one of ours that they wrote to last; `is_side`: not to the customer."""

    thread_id: str
    inbox_id: str
    channel: str
    inbox_name: str
    address: str
    identity_kind: str
    available: bool
    why_not: str = ""
    window_until: datetime | None = None
    templates_only: bool = False
    is_proposed: bool = False
    is_side: bool = False
    our_address: str = ""
    our_addresses: tuple[str, ...] = ()


def choices_for(session: Session, conversation: Conversation) -> list[ReplyChannel]:
    """As `channels_for`, but each address of an inbox once, by the thread last written on."""
    found: dict[tuple[str, str, str, bool], ReplyChannel] = {}
    for one in channels_for(session, conversation):
        found.setdefault((one.inbox_id, one.identity_kind, one.address, one.is_side), one)
    return list(found.values())


def channels_for(session: Session, conversation: Conversation) -> list[ReplyChannel]:
    """The conversation's threads, last written on first; the first that works is proposed.

    Those beside come last, and are never proposed.
    """
    rows = session.exec(THREADS, params={"conversation_id": conversation.id}).all()
    now = clock.now()
    closed = {i.id for thread, i, _ in rows if thread.window_until and thread.window_until < now}
    templated = templates.inboxes_with(session, sorted(closed))
    found = [_describe(*row, templated) for row in rows]
    found.sort(key=attrgetter("is_side"))
    to_them = [c for c in found if not c.is_side]
    proposed = next((c for c in to_them if c.available), to_them[0] if to_them else None)
    return [replace(c, is_proposed=c is proposed) for c in found]


def _describe(
    thread: ChannelThread, inbox: Inbox, identity: Identity, templated: Collection[str]
) -> ReplyChannel:
    why_not = _why_not(thread, inbox, identity)
    ours = tuple(inbox.addresses) if identity.kind == AddressKind.EMAIL else tuple(inbox.numbers)
    last = thread.our_address if thread.our_address in ours else next(iter(ours), "")
    return ReplyChannel(
        thread_id=thread.id,
        inbox_id=inbox.id,
        channel=inbox.kind,
        inbox_name=inbox.name,
        address=identity.value,
        identity_kind=identity.kind,
        available=not why_not,
        why_not=why_not,
        window_until=thread.window_until,
        templates_only=why_not == OVER and inbox.id in templated,
        is_side=thread.is_side,
        our_address=last,
        our_addresses=ours,
    )


def _why_not(thread: ChannelThread, inbox: Inbox, identity: Identity) -> str:
    if not inbox.enabled:
        return Phrase("The inbox %(inbox)s is switched off.", inbox=inbox.name)
    if identity.bouncing_since:
        return Phrase("Mail to %(address)s comes back.", address=identity.value)
    if identity.stopped_at:
        return Phrase(STOPPED, address=identity.value)
    if thread.window_until and thread.window_until < clock.now():
        return OVER
    return ""
