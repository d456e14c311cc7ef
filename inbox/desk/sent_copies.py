"""Mail of ours that a mail program sent: shown in its conversation as the agent's, once."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from inbox import clock, ids, mailtokens
from inbox.crm import contacts
from inbox.desk import (
    agents,
    conversations,
    copies,
    counters,
    own_addresses,
    parts,
    replies,
    rows,
    thread_facts,
    threads,
)
from inbox.desk.passed_on import Taken
from inbox.envelope import Address, InboundEnvelope, Proof
from inbox.events import Actor, EventKind, record
from inbox.i18n import N_
from inbox.model import (
    Agent,
    Attachment,
    Author,
    ChannelThread,
    Conversation,
    Direction,
    Identity,
    Inbox,
    Message,
    MessageState,
)  # fmt: skip

VIA = N_("mail program")

Item = TypeVar("Item", bound=Taken)


def taken_out(session: Session, key: bytes, items: Sequence[Item]) -> list[Item]:
    """Shows those that we sent, and gives back the rest."""
    rest = []
    for item in items:
        envelope = item.inbound
        if not isinstance(envelope, InboundEnvelope) or not _is_sent(session, item, envelope):
            rest.append(item)
        elif not _is_known(session, key, item, envelope) and not envelope.bounce:
            _show(session, key, item, envelope)
    return rest


def _is_sent(session: Session, item: Taken, envelope: InboundEnvelope) -> bool:
    """From the Sent folder. What came in from ourselves is that only if it is proven, or known."""
    if envelope.outgoing or not envelope.from_us:
        return envelope.outgoing
    return envelope.proof == Proof.PROVEN or _stored(session, item, envelope)


def _is_known(session: Session, key: bytes, item: Taken, envelope: InboundEnvelope) -> bool:
    """What Inbox sent itself has its own id, or at least its own address for answers."""
    mail_id = envelope.mail_message_id
    is_ours = (
        mailtokens.read_message_id(key, mail_id)
        or mailtokens.read_notice(key, mail_id)
        or any(mailtokens.read_plus_address(key, one) for one in envelope.reply_to)
        or any(mailtokens.read_notice(key, one) for one in envelope.reply_to)
    )
    return bool(is_ours) or _stored(session, item, envelope)


def _stored(session: Session, item: Taken, envelope: InboundEnvelope) -> bool:
    mail_id = envelope.mail_message_id[:998]
    if mail_id and parts.sent_as(session, item.inbox_id, mail_id):
        return True
    query = select(Message.id).where(
        Message.inbox_id == item.inbox_id,
        Message.direction == Direction.OUTGOING,
        Message.external_id == envelope.external_id[:500],
    )
    return session.exec(query).first() is not None


def _show(session: Session, key: bytes, item: Any, envelope: InboundEnvelope) -> None:
    """An answer in its conversation; a mail to somebody new begins one, as from the composer."""
    inbox = session.get_one(Inbox, item.inbox_id)
    own = own_addresses.every(session)
    others = [a for a in (*envelope.to, *envelope.cc) if not own_addresses.is_ours(a.value, own)]
    if not others or (envelope.automatic and envelope.outgoing):
        return
    by = _writer(session, inbox, envelope)
    known = thread_facts.look_up(session, key, [(inbox.id, envelope)])
    found = threads.addressed(known, key, inbox, envelope)
    if found:
        conversation = session.get_one(Conversation, found.id)
    else:
        conversation = conversations.start(session, inbox, others[0], envelope.subject, by=by)
    thread = _thread(session, inbox, conversation, envelope, others)
    message = _message(inbox, conversation, thread, envelope, by, item)
    session.add(message)
    session.flush()
    _attach(session, message, item)
    _count(session, conversation, message, by)
    record(session, EventKind.REPLY_FOUND, by=by, conversation=conversation, message_id=message.id)


def _writer(session: Session, inbox: Inbox, envelope: InboundEnvelope) -> Actor:
    """The agent of that address, or of that name where the address is the inbox's."""
    name = envelope.sender.name
    agent = agents.by_email(session, envelope.sender.value)
    if agent is None and name:
        of_name = session.exec(select(Agent).where(Agent.name == name, col(Agent.active))).all()
        agent = of_name[0] if len(of_name) == 1 else None
    if agent:
        return Actor("agent", agent.id, agent.name, via=VIA)
    return Actor("agent", None, name or inbox.name, via=VIA)


def _thread(
    session: Session,
    inbox: Inbox,
    conversation: Conversation,
    envelope: InboundEnvelope,
    others: Sequence[Address],
) -> ChannelThread:
    """The one with who it went to; if neither the customer nor a taker is among them, beside."""
    named = {one.value for one in others}
    query = (
        select(ChannelThread, Identity.value)
        .join(Identity, col(Identity.id) == col(ChannelThread.identity_id))
        .where(ChannelThread.conversation_id == conversation.id, ChannelThread.inbox_id == inbox.id)
        .order_by(col(ChannelThread.id).desc())
    )
    rows = session.exec(query).all()
    for thread, value in rows:
        if value in named:
            return thread
    known = copies.theirs(session, conversation) | copies.takers(session, conversation)
    to_them = [thread for thread, _ in rows if not thread.is_side]
    if named & known and to_them:
        return to_them[0]
    other = others[0]
    _contact, identity = contacts.find_or_create(session, [other])[other.kind, other.value]
    session.flush()
    thread = ChannelThread(
        conversation_id=conversation.id,
        inbox_id=inbox.id,
        identity_id=identity.id,
        remote_id=other.value[:320],
        subject=envelope.subject[:500],
        is_side=not named & known,
    )
    session.add(thread)
    session.flush()
    return thread


def _message(
    inbox: Inbox,
    conversation: Conversation,
    thread: ChannelThread,
    envelope: InboundEnvelope,
    by: Actor,
    item: Any,
) -> Message:
    """Sent already: there is no delivery of it, and never will be."""
    now = clock.now()
    return Message(
        id=ids.new(),
        conversation_id=conversation.id,
        thread_id=thread.id,
        inbox_id=inbox.id,
        direction=Direction.OUTGOING,
        external_id=envelope.external_id[:500],
        mail_message_id=envelope.mail_message_id[:998] or None,
        author_kind=Author.AGENT,
        author_id=by.id,
        author_name=by.name[:320],
        via=VIA,
        channel=inbox.kind,
        subject=envelope.subject[:998],
        text=envelope.text,
        quoted=envelope.quoted,
        html=envelope.html,
        recipients={
            "from": envelope.sender.value,
            "to": [one.value for one in envelope.to],
            "cc": [one.value for one in envelope.cc],
        },
        sent_at=min(envelope.sent_at or now, now),
        state=MessageState.SENT,
        is_side=thread.is_side,
        arrival_id=item.arrival_id,
        attachment_count=len(envelope.files),
    )


def _attach(session: Session, message: Message, item: Any) -> None:
    row = {"id": message.id, "created_at": message.created_at}
    session.add_all(
        Attachment(**rows.attachment(row, part, item.digests.get(position, "")))
        for position, part in enumerate(item.inbound.files)
    )


def _count(session: Session, conversation: Conversation, message: Message, by: Actor) -> None:
    """It is the customer's turn, unless they wrote after it was sent."""
    counters.hold(session, conversation)
    newer = select(Message.id).where(
        Message.conversation_id == conversation.id,
        Message.direction == Direction.INCOMING,
        col(Message.is_side).is_(False),
        col(Message.automatic).is_(False),
        col(Message.sent_at) > message.sent_at,
    )
    if message.is_side or session.exec(newer.limit(1)).first():
        replies.stands_beside(session, conversation, message)
        return
    copies.copy_in(session, conversation, message)
    replies.answered(session, conversation, message, by)
