"""Forwarding to somebody else: a talk beside the conversation, which the customer never sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from inbox.crm import contacts
from inbox.desk import (
    attachments,
    copies,
    counters,
    own_addresses,
    quoting,
    rearranging,
    repeats,
    replies,
)
from inbox.desk.composing import Composed
from inbox.envelope import Address, AddressKind
from inbox.errors import Invalid
from inbox.events import Actor
from inbox.i18n import N_
from inbox.model import (
    ChannelThread,
    Conversation,
    Delivery,
    Direction,
    Inbox,
    Message,
    MessageState,
)  # fmt: skip

MOST_QUOTED = 50  # of a whole conversation the newest
MAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """`message_id` is what is forwarded; None: the conversation, as the customer knows it."""

    to: Sequence[str]
    text: str = ""
    cc: Sequence[str] = ()
    message_id: str | None = None
    with_files: bool = True
    attachment_ids: Sequence[str] = ()
    not_before: datetime | None = None


def forward(
    session: Session, conversation: Conversation, wanted: Forward, *, by: Actor, request_id: str
) -> Message:
    """Queue it; answers to it come into the conversation, marked. Notes are never forwarded.

    The same `request_id` twice is the same forward, or Conflict if it isn't.
    """
    counters.hold(session, conversation)
    repeated = session.exec(select(Delivery).where(Delivery.request_id == request_id)).first()
    if repeated:
        return _same(session.get_one(Message, repeated.message_id), conversation, wanted)
    rearranging.refuse_merged(conversation)
    messages = _quoted(session, conversation, wanted.message_id)
    _check(session, conversation, wanted)
    thread = _begin(session, conversation, wanted.to[0], _subject(conversation))
    files = (
        attachments.copied(session, [one.id for one in messages], uploader_id=by.id)
        if wanted.with_files
        else []
    )
    composed = Composed(
        text=wanted.text,
        subject=thread.subject,
        thread_id=thread.id,
        to=wanted.to,
        cc=wanted.cc,
        quoted=quoting.as_text(messages),
        quoted_html=quoting.as_html(messages) if any(one.html for one in messages) else "",
        attachment_ids=[*wanted.attachment_ids, *files],
        not_before=wanted.not_before,
    )
    return replies.reply(session, conversation, composed, by=by, request_id=request_id)


def _same(earlier: Message, conversation: Conversation, wanted: Forward) -> Message:
    repeats.check(
        (earlier.conversation_id, earlier.text, earlier.recipients.get("to")),
        (conversation.id, wanted.text.strip(), list(wanted.to)),
    )
    return earlier


def _quoted(
    session: Session, conversation: Conversation, message_id: str | None
) -> Sequence[Message]:
    query = select(Message).where(
        Message.conversation_id == conversation.id,
        Message.direction != Direction.NOTE,
        col(Message.state).not_in([MessageState.CANCELLED, MessageState.FAILED]),
    )
    if message_id:
        query = query.where(Message.id == message_id)
    else:
        said = col(Message.state) != MessageState.NOTED  # a call is told as we wrote it up
        query = query.where(col(Message.is_side).is_(False), said)
    found = session.exec(query.order_by(col(Message.id).desc()).limit(MOST_QUOTED)).all()
    if not found:
        raise Invalid(fields={"message": N_("Choose a message of this conversation, not a note.")})
    return found[::-1]


def _check(session: Session, conversation: Conversation, wanted: Forward) -> None:
    if not wanted.to:
        raise Invalid(fields={"to": N_("Give the address to forward it to.")})
    copies.check_each("to", wanted.to)
    everybody = (*wanted.to, *wanted.cc)
    copies.refuse_customer(session, conversation, everybody)
    own = own_addresses.every(session)
    if any(own_addresses.is_ours(one, own) for one in everybody):
        words = N_("This is an address of ours. Assign the conversation, or move it, instead.")
        raise Invalid(fields={"to": words})


def _begin(
    session: Session, conversation: Conversation, address: str, subject: str
) -> ChannelThread:
    inbox = _inbox(session, conversation)
    other = Address(kind=AddressKind.EMAIL, value=address.lower())
    _contact, identity = contacts.find_or_create(session, [other])[other.kind, other.value]
    session.flush()
    thread = ChannelThread(
        conversation_id=conversation.id,
        inbox_id=inbox.id,
        identity_id=identity.id,
        remote_id=other.value[:320],
        subject=subject[:500],
        our_address=_our_address(session, conversation, inbox),
        is_side=True,
    )
    session.add(thread)
    session.flush()
    return thread


def _inbox(session: Session, conversation: Conversation) -> Inbox:
    """The conversation's own if it is one for mail, else the first that is, open ones before."""
    own = session.get_one(Inbox, conversation.inbox_id)
    if own.kind == MAIL and own.enabled:
        return own
    others = select(Inbox).where(Inbox.kind == MAIL, col(Inbox.enabled))
    open_first = others.order_by(col(Inbox.restricted), col(Inbox.id))
    found = session.exec(open_first.limit(1)).first()
    if found is None:
        raise Invalid(fields={"to": N_("Connect an e-mail inbox first, or switch one on.")})
    return found


def _our_address(session: Session, conversation: Conversation, inbox: Inbox) -> str:
    """The one that the customer wrote to, so that both know us by the same."""
    known = select(ChannelThread.our_address).where(
        ChannelThread.conversation_id == conversation.id,
        ChannelThread.inbox_id == inbox.id,
        ChannelThread.our_address != "",
        col(ChannelThread.is_side).is_(False),
    )
    return session.exec(known.order_by(col(ChannelThread.id).desc())).first() or inbox.address


def _subject(conversation: Conversation) -> str:
    subject = conversation.subject or conversation.preview
    return f"Fwd: {subject}".strip()
