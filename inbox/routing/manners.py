"""When a machine had better stay silent: RFC 3834's manners, and a budget for each contact."""

import re
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.desk import own_addresses
from inbox.i18n import N_, Phrase
from inbox.model import Contact, Conversation, Direction, Message, MessageState, Status
from inbox.routing.facts import Subject

MAX_AGE = timedelta(hours=24)
BUDGET = 3
BUDGET_WINDOW = timedelta(hours=24)

_MACHINES = re.compile(
    r"(?:mailer-?daemon|postmaster|(?:no|do-?not|dont)[-_.]?reply.*|bounces?(?:[-+_.=].*)?"
    r"|owner-.+|.+-(?:owner|request|bounces?|errors?)|.*auto-?(?:reply|responder).*"
    r"|listserv|majordomo|root|daemon)"
)


def objection(session: Session, subject: Subject, now: datetime) -> str:
    """Why the customer gets no automatic answer now; empty if they may.

    What happened may be about no message of theirs (a rule on a status): then their latest speaks
    for them, whatever its age.
    """
    caused = subject.message is not None and subject.message.direction is Direction.INCOMING
    message = subject.message if caused else _latest_incoming(session, subject.conversation)
    found = _objection_to_conversation(subject)
    if message is not None:
        found = found or objection_to_message(message) or _objection_to_sender(session, message)
    if caused and message is not None and now - message.sent_at > MAX_AGE:
        found = found or N_("the message is older than 24 hours")
    return found or _objection_of_budget(session, subject.contact, now)


def objection_to_message(message: Message) -> str:
    """What an incoming message itself says, without a look at anything else."""
    if message.automatic:
        return N_("a machine or a list sent the message")
    sender = _sender(message)
    if not sender:
        return N_("the message has no sender")
    if _MACHINES.fullmatch(sender.partition("@")[0].lower()):
        return N_("nobody reads the sender's address")
    return ""


def _objection_to_conversation(subject: Subject) -> str:
    if subject.contact.blocked:
        return N_("the contact is blocked")
    if subject.conversation.status is Status.SPAM:
        return N_("the conversation is spam")
    return ""


def _objection_to_sender(session: Session, message: Message) -> str:
    """Two of our own inboxes writing to each other would never stop."""
    is_ours = own_addresses.is_ours(_sender(message), own_addresses.every(session))
    return N_("the sender is one of our own inboxes") if is_ours else ""


def _latest_incoming(session: Session, conversation: Conversation) -> Message | None:
    return session.exec(
        select(Message)
        .where(
            Message.conversation_id == conversation.id,
            Message.direction == Direction.INCOMING,
            col(Message.is_side).is_(False),
        )
        .order_by(col(Message.id).desc())
        .limit(1)
    ).first()


def _objection_of_budget(session: Session, contact: Contact, now: datetime) -> str:
    """Counted from what is stored; the contact's row is held, so that no two count at once."""
    session.refresh(contact, with_for_update={"key_share": True})
    sent = session.exec(
        select(sa.func.count())
        .select_from(Message)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(
            Conversation.contact_id == contact.id,
            col(Conversation.last_at) > now - BUDGET_WINDOW,
            Message.direction == Direction.OUTGOING,
            col(Message.automatic),
            col(Message.created_at) > now - BUDGET_WINDOW,
            Message.state != MessageState.CANCELLED,
        )
    ).one()
    if sent < BUDGET:
        return ""
    return Phrase("%(sent)d automatic answers went out in 24 hours", sent=sent)


def _sender(message: Message) -> str:
    return str(message.recipients.get("from", ""))
