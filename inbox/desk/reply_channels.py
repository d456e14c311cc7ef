"""By which channels a customer can be answered, which one is proposed, and why another is not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock
from inbox.desk import templates
from inbox.i18n import N_, Phrase
from inbox.model import ChannelThread, Conversation, Direction, Identity, Inbox, Message

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
    senders: Sequence[str] = ()
    sender: str = ""
    is_proposed: bool = False


def choices_for(session: Session, conversation: Conversation) -> list[ReplyChannel]:
    """As `channels_for`, but each address of an inbox once, by the thread last written on."""
    found: dict[tuple[str, str, str], ReplyChannel] = {}
    for one in channels_for(session, conversation):
        found.setdefault((one.inbox_id, one.identity_kind, one.address), one)
    return list(found.values())


def channels_for(session: Session, conversation: Conversation) -> list[ReplyChannel]:
    """The conversation's threads, last written on first; the first that works is proposed."""
    rows = session.exec(THREADS, params={"conversation_id": conversation.id}).all()
    now = clock.now()
    closed = {i.id for thread, i, _ in rows if thread.window_until and thread.window_until < now}
    templated = templates.inboxes_with(session, sorted(closed))
    found = [_describe(session, *row, templated) for row in rows]
    proposed = next((c for c in found if c.available), found[0] if found else None)
    return [replace(c, is_proposed=c is proposed) for c in found]


def _describe(
    session: Session,
    thread: ChannelThread,
    inbox: Inbox,
    identity: Identity,
    templated: Collection[str],
) -> ReplyChannel:
    why_not = _why_not(thread, inbox, identity)
    senders = senders_of(inbox)
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
        senders=senders,
        sender=_sender(session, thread, senders) if len(senders) > 1 else "",
    )


def senders_of(inbox: Inbox) -> list[str]:
    """The addresses it may write from; none where that is no question."""
    more = inbox.settings.get("more_senders") or []
    return [inbox.settings["sender"], *more] if more and "sender" in inbox.settings else []


def _sender(session: Session, thread: ChannelThread, senders: Sequence[str]) -> str:
    """The one that the customer wrote to last."""
    last = session.exec(
        select(Message.recipients)
        .where(Message.thread_id == thread.id, Message.direction == Direction.INCOMING)
        .order_by(col(Message.id).desc())
        .limit(1)
    ).first()
    written_to = (last or {}).get("to") or []
    return next((one for one in written_to if one in senders), senders[0])


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
