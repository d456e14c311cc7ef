"""A conversation that belongs elsewhere: in another inbox, or to another customer."""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.desk import counters, rearranging
from inbox.envelope import AddressKind
from inbox.errors import Conflict
from inbox.events import Actor, EventKind, record
from inbox.i18n import Phrase
from inbox.model import (
    ChannelThread,
    Contact,
    Conversation,
    Event,
    Identity,
    Inbox,
    Participant,
    ParticipantKind,
    SearchDocument,
)  # fmt: skip

WRITABLE = {AddressKind.EMAIL, AddressKind.PHONE}  # any inbox of the kind can write to these


def move(session: Session, conversation: Conversation, inbox: Inbox, *, by: Actor) -> Conversation:
    """Who sees it, and where it is counted, changes; what was said stays as it came in.

    If the new inbox is of the same kind, answers are proposed to go out from it.
    """
    rearranging.hold(session, conversation)
    if conversation.inbox_id == inbox.id:
        return conversation
    if not inbox.enabled:
        raise Conflict(
            Phrase("The inbox %(inbox)s is switched off. Switch it on first.", inbox=inbox.name)
        )
    before = session.get_one(Inbox, conversation.inbox_id)
    with counters.kept(session, conversation):
        conversation.inbox_id = inbox.id
        conversation.version += 1
    session.execute(
        sa.update(SearchDocument)
        .where(col(SearchDocument.conversation_id) == conversation.id)
        .values(inbox_id=inbox.id)
        .execution_options(synchronize_session=False)
    )
    _answer_from(session, conversation, inbox)
    record(
        session, EventKind.CONVERSATION_MOVED, by=by, conversation=conversation,
        before_id=before.id, before=before.name, after_id=inbox.id, after=inbox.name,
    )  # fmt: skip
    return conversation


def change_customer(
    session: Session, conversation: Conversation, contact: Contact, *, by: Actor
) -> Conversation:
    """Its history goes with it; who wrote so far still takes part."""
    rearranging.hold(session, conversation)
    if conversation.contact_id == contact.id:
        return conversation
    before = session.get_one(Contact, conversation.contact_id)
    addresses = _addresses(session, conversation)
    conversation.contact_id = contact.id
    conversation.contact_name = contact.name or (addresses[0].value if addresses else "")
    conversation.version += 1
    session.add(conversation)
    _take_part(session, conversation, addresses)
    session.execute(
        sa.update(Event)
        .where(col(Event.conversation_id) == conversation.id)
        .values(contact_id=contact.id)
        .execution_options(synchronize_session=False)
    )
    record(
        session, EventKind.CUSTOMER_CHANGED, by=by, conversation=conversation,
        before_id=before.id, before=before.name, after_id=contact.id,
        after=conversation.contact_name,
    )  # fmt: skip
    return conversation


def _answer_from(session: Session, conversation: Conversation, inbox: Inbox) -> None:
    rows = session.exec(
        select(ChannelThread, Identity)
        .join(Inbox, col(Inbox.id) == col(ChannelThread.inbox_id))
        .join(Identity, col(Identity.id) == col(ChannelThread.identity_id))
        .where(
            ChannelThread.conversation_id == conversation.id,
            Inbox.kind == inbox.kind,
            col(ChannelThread.is_side).is_(False),
            col(Identity.kind).in_(WRITABLE),
        )
        .order_by(col(ChannelThread.id).desc())
    ).all()
    if not rows or any(thread.inbox_id == inbox.id for thread, _ in rows):
        return
    thread, identity = rows[0]
    session.add(
        ChannelThread(
            conversation_id=conversation.id,
            inbox_id=inbox.id,
            identity_id=identity.id,
            remote_id=thread.remote_id,
            subject=thread.subject,
            last_incoming_at=thread.last_incoming_at,
        )
    )


def _addresses(session: Session, conversation: Conversation) -> list[Identity]:
    mine = select(ChannelThread.identity_id).where(
        ChannelThread.conversation_id == conversation.id, col(ChannelThread.is_side).is_(False)
    )
    return list(session.exec(select(Identity).where(col(Identity.id).in_(mine))))


def _take_part(session: Session, conversation: Conversation, addresses: list[Identity]) -> None:
    has = set(
        session.exec(
            select(Participant.key).where(
                Participant.conversation_id == conversation.id,
                Participant.kind == ParticipantKind.COPIED,
            )
        )
    )
    for value, name in {one.value: one.name for one in addresses}.items():
        if value not in has:
            session.add(
                Participant(
                    conversation_id=conversation.id,
                    kind=ParticipantKind.COPIED,
                    key=value,
                    name=name,
                )
            )
