"""One conversation, for those who may see it."""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock
from inbox.crm import contacts
from inbox.db import next_numbers
from inbox.desk import access, counters
from inbox.envelope import Address
from inbox.errors import Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.model import (
    Agent,
    ChannelThread,
    Contact,
    Conversation,
    Event,
    Identity,
    Inbox,
    Message,
    Role,
    Status,
)  # fmt: skip

BY_NUMBER = select(Conversation).where(col(Conversation.number) == sa.bindparam("number"))


def get(session: Session, number_or_id: str | int, agent: Agent, role: Role) -> Conversation:
    """NotFound for one that is not there and for one this agent may not see, alike."""
    found = find(session, number_or_id)
    if found is None or not access.may_see(session, agent, role, found.inbox_id):
        raise NotFound("There is no such conversation.")
    return found


def message(session: Session, message_id: str, agent: Agent, role: Role) -> Message:
    """The same for one message: who may see its conversation, by whatever inbox it came or went."""
    found = session.get(Message, message_id)
    conversation = session.get(Conversation, found.conversation_id) if found else None
    if not found or not conversation:
        raise NotFound("There is no such message.")
    if not access.may_see(session, agent, role, conversation.inbox_id):
        raise NotFound("There is no such message.")
    return found


def find(session: Session, number_or_id: str | int) -> Conversation | None:
    """Of a merged one, the one it goes on in."""
    text = str(number_or_id)
    if text.isdecimal() and len(text) < 19:
        found = session.exec(BY_NUMBER, params={"number": int(text)}).first()
    else:
        found = session.get(Conversation, text)
    while found and found.merged_into_id:
        found = session.get_one(Conversation, found.merged_into_id)
    return found


def event(session: Session, conversation: Conversation, event_id: str) -> Event | None:
    """One thing that happened in this conversation."""
    return session.exec(
        select(Event).where(Event.id == event_id, Event.conversation_id == conversation.id)
    ).first()


def start(
    session: Session, inbox: Inbox, address: Address, subject: str, *, by: Actor
) -> Conversation:
    """An agent begins one; the reply that follows is its first message."""
    if not address.value:
        raise Invalid(fields={"address": "Give the address to write to."})
    contact, identity = contacts.find_or_create(session, [address])[address.kind, address.value]
    session.flush()  # what the new rows point to has to be there first
    return _open(session, inbox, contact, identity, subject, by)


def _open(
    session: Session, inbox: Inbox, contact: Contact, identity: Identity, subject: str, by: Actor
) -> Conversation:
    conversation = Conversation(
        number=next_numbers(session, 1)[0],
        contact_id=contact.id,
        inbox_id=inbox.id,
        subject=subject[:500],
        status=Status.OPEN,
        team_id=inbox.team_id,
        channel=inbox.kind,
        contact_name=contact.name or identity.value,
        last_author="agent",
        last_at=clock.now(),
    )
    session.add(conversation)
    session.flush()  # the thread refers to it
    session.add(
        ChannelThread(
            conversation_id=conversation.id,
            inbox_id=inbox.id,
            identity_id=identity.id,
            remote_id=identity.value,
            subject=subject[:500],
        )
    )
    session.flush()
    counters.move(session, dict.fromkeys(counters.keys(conversation), 1))
    record(session, EventKind.CONVERSATION_CREATED, by=by, conversation=conversation)
    return conversation
