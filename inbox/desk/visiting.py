"""What is done to and for a visitor of the web chat: blocked, written to first, reached by mail."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock
from inbox.crm import claims, contacts
from inbox.desk import conversations, replies
from inbox.desk.replies import Composed
from inbox.desk.visitors import newest_conversation_id
from inbox.envelope import Address, AddressKind
from inbox.errors import Conflict, Forbidden
from inbox.events import Actor
from inbox.model import ChannelThread, Contact, Conversation, Identity, Inbox


class Blocked(Forbidden):
    """Messages from you are not accepted here."""

    code = "blocked"


def refuse_blocked(session: Session, visitor: str) -> None:
    """Raises Blocked: who is blocked is told so, and never that something was sent."""
    blocked = (
        select(Contact.id)
        .join(Identity, col(Identity.contact_id) == col(Contact.id))
        .where(
            Identity.kind == AddressKind.VISITOR, Identity.value == visitor, col(Contact.blocked)
        )
    )
    if session.exec(blocked).first():
        raise Blocked


def contacts_of(session: Session, visitor_ids: Sequence[str]) -> dict[str, Contact]:
    """Of those who have written, or were written to, by the visitor's id."""
    rows = session.execute(
        sa.select(col(Identity.value), Contact)
        .join(Contact, col(Contact.id) == col(Identity.contact_id))
        .where(col(Identity.kind) == AddressKind.VISITOR, col(Identity.value).in_(visitor_ids))
    )
    return {value: contact for value, contact in rows}  # noqa: C416  a Result has keys()


def set_blocked(session: Session, visitor: str, blocked: bool, *, by: Actor) -> Contact:
    """Also one who has written nothing so far: he becomes a contact by it."""
    return contacts.update(session, _contact(session, visitor), {"blocked": blocked}, by=by)


def write_first(
    session: Session, inbox: Inbox, visitor: str, text: str, *, by: Actor, request_id: str
) -> Conversation:
    """Into the visitor's running conversation, else into a new one. Conflict for who is blocked."""
    known = contacts_of(session, [visitor]).get(visitor)
    if known and known.blocked:
        raise Conflict("This visitor is blocked. Take the block back first.")
    running = newest_conversation_id(session, inbox.id, visitor)
    conversation = conversations.find(session, running) if running else None
    if conversation is None or conversation.is_closed:
        address = Address(kind=AddressKind.VISITOR, value=visitor)
        conversation = conversations.start(session, inbox, address, "", by=by)
    composed = Composed(text=text, thread_id=_thread(session, conversation, inbox, visitor))
    replies.reply(session, conversation, composed, by=by, request_id=request_id)
    return conversation


def email_of(session: Session, contact_id: str) -> Identity | None:
    """Where mail reaches him: a proven address before a claimed one, and none that is dead."""
    wanted = select(Identity).where(
        Identity.contact_id == contact_id,
        Identity.kind == AddressKind.EMAIL,
        col(Identity.bouncing_since).is_(None),
        col(Identity.stopped_at).is_(None),
    )
    proven_first = col(Identity.verified_at).is_(None)
    newest = col(Identity.id).desc()
    return session.exec(wanted.order_by(proven_first, newest).limit(1)).first()


def name_email(session: Session, visitor: str, address: Address) -> None:
    """He says where mail reaches him; it is his if it is nobody's, and nothing is proven by it."""
    wanted = select(Identity.contact_id).where(
        Identity.kind == AddressKind.VISITOR, Identity.value == visitor
    )
    contact_id = session.exec(wanted).first()
    if contact_id:
        claims.claim(session, contact_id, (address,), clock.now())


def _thread(session: Session, conversation: Conversation, inbox: Inbox, visitor: str) -> str:
    """Of the chat, whatever other channels the conversation has gone on by."""
    wanted = select(ChannelThread.id).where(
        ChannelThread.conversation_id == conversation.id,
        ChannelThread.inbox_id == inbox.id,
        ChannelThread.remote_id == visitor,
    )
    return session.exec(wanted.limit(1)).one()


def _contact(session: Session, visitor: str) -> Contact:
    key = (AddressKind.VISITOR, visitor)
    contact, _ = contacts.find_or_create(session, [Address(kind=key[0], value=visitor)])[key]
    session.flush()
    return contact
