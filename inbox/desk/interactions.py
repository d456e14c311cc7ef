"""Calls, meetings, letters and talks: logged as messages, at the time at which they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from inbox import clock, ids
from inbox.crm import contacts
from inbox.db import next_numbers
from inbox.desk import counters, rearranging
from inbox.errors import Invalid
from inbox.events import Actor, EventKind, record
from inbox.i18n import N_
from inbox.model import (
    Author,
    ChannelThread,
    Contact,
    Conversation,
    Direction,
    Identity,
    Inbox,
    Interaction,
    InteractionKind,
    Message,
    MessageState,
    Status,
)  # fmt: skip

AUTHORS = {"agent": Author.AGENT, "api": Author.API, "contact": Author.CONTACT}
LEEWAY = timedelta(minutes=5)  # between two clocks
LONGEST_SECONDS = 7 * 24 * 3600
PREVIEW_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """`direction` says from whom it came: incoming is from the customer. `at` is in UTC."""

    kind: InteractionKind
    direction: Direction
    at: datetime
    text: str = ""
    outcome: str = ""
    participants: str = ""
    seconds: int = 0
    external_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Of a new conversation, which by the identity can go on over the inbox's channel.

    `is_open` if something is left to do; `number` if one is drawn already.
    """

    contact: Contact
    inbox: Inbox
    identity: Identity | None = None
    is_open: bool = False
    number: int = 0


def log(session: Session, conversation: Conversation, what: Logged, *, by: Actor) -> Message:
    """Logging again what has the same external id gives what was logged."""
    _check(what)
    if known := logged(session, what.external_id):
        return session.get_one(Message, known.message_id)
    rearranging.hold_standing(session, conversation)
    return add(session, conversation, what, by=by)


def add(session: Session, conversation: Conversation, what: Logged, *, by: Actor) -> Message:
    """For who knows that it is new."""
    contact = session.get_one(Contact, conversation.contact_id)
    message = _message(conversation, contact, what, by)
    session.add(message)
    session.flush()  # the row of its particulars refers to it
    session.add(
        Interaction(
            message_id=message.id,
            kind=what.kind,
            seconds=what.seconds,
            participants=what.participants,
            logged_by=by.name,
            external_id=what.external_id,
        )
    )
    _show(conversation, message, what)
    session.add(conversation)
    record(
        session, EventKind.INTERACTION_LOGGED, by=by, conversation=conversation,
        message_id=message.id, interaction=what.kind,
    )  # fmt: skip
    return message


def begin(session: Session, start: Start, what: Logged, *, by: Actor) -> Conversation:
    """A conversation for it."""
    contact, inbox, identity, is_open = start.contact, start.inbox, start.identity, start.is_open
    conversation = Conversation(
        id=ids.at(what.at),
        created_at=what.at,
        number=start.number or next_numbers(session, 1)[0],
        contact_id=contact.id,
        inbox_id=inbox.id,
        subject=what.outcome[:500],
        status=Status.OPEN if is_open else Status.RESOLVED,
        resolved_at=None if is_open else what.at,
        team_id=inbox.team_id,
        channel=what.kind,
        contact_name=contact.name or (identity.value if identity else ""),
        last_author=Author.AGENT,
        last_at=what.at,
    )
    session.add(conversation)
    session.flush()  # thread, message and counters refer to it
    if identity:
        session.add(
            ChannelThread(
                conversation_id=conversation.id, inbox_id=inbox.id, identity_id=identity.id,
                remote_id=identity.value, subject=conversation.subject,
            )
        )  # fmt: skip
    counters.move(session, dict.fromkeys(counters.keys(conversation), 1))
    if is_open:  # what is over begins nothing that rules should act on
        record(session, EventKind.CONVERSATION_CREATED, by=by, conversation=conversation)
    return conversation


def logged(session: Session, external_id: str | None) -> Interaction | None:
    """What was logged under this id already."""
    if not external_id:
        return None
    asked = select(Interaction).where(Interaction.external_id == external_id)
    return session.exec(asked).first()


def by_external_id(session: Session, external_ids: Sequence[str]) -> dict[str, Interaction]:
    if not external_ids:
        return {}
    asked = select(Interaction).where(col(Interaction.external_id).in_(external_ids))
    return {str(one.external_id): one for one in session.exec(asked)}


def of(session: Session, message_id: str) -> Interaction | None:
    return session.exec(select(Interaction).where(Interaction.message_id == message_id)).first()


def identity_of(session: Session, contact_id: str, kind: str) -> Identity | None:
    """The address at which an inbox of such addresses reaches them."""
    return next((i for i in contacts.identities(session, contact_id) if i.kind == kind), None)


def _check(what: Logged) -> None:
    if what.at > clock.now() + LEEWAY:
        raise Invalid(fields={"at": N_("This time is still to come. Log what has been.")})
    if not 0 <= what.seconds <= LONGEST_SECONDS:
        raise Invalid(fields={"minutes": N_("Give the length in minutes, a week at most.")})
    if not (what.text.strip() or what.outcome.strip()):
        raise Invalid(fields={"text": N_("Write what was said, or the outcome.")})


def _message(conversation: Conversation, contact: Contact, what: Logged, by: Actor) -> Message:
    from_customer = what.direction is Direction.INCOMING
    message_id = ids.at(what.at)
    return Message(
        id=message_id,
        created_at=what.at,
        conversation_id=conversation.id,
        inbox_id=conversation.inbox_id,
        direction=what.direction,
        external_id=f"logged:{message_id}",
        author_kind=Author.CONTACT if from_customer else AUTHORS.get(by.kind, Author.SYSTEM),
        author_id=contact.id if from_customer else by.id,
        author_name=(contact.name or conversation.contact_name) if from_customer else by.name,
        via=by.via,
        channel=what.kind,
        subject=what.outcome.strip()[:998],
        text=what.text.strip(),
        sent_at=what.at,
        state=MessageState.NOTED,
    )


def _show(conversation: Conversation, message: Message, what: Logged) -> None:
    """Who was spoken to waits no more; a letter of theirs still wants its answer."""
    conversation.message_count += 1
    conversation.version += 1
    if what.at >= conversation.last_at:
        shown = " ".join((message.text or message.subject).split())
        conversation.preview, conversation.last_at = shown[:PREVIEW_LENGTH], what.at
        conversation.last_author = message.author_kind
    is_their_letter = what.kind is InteractionKind.LETTER and what.direction is Direction.INCOMING
    waiting = conversation.waiting_since
    if waiting and what.at >= waiting and not is_their_letter:
        conversation.waiting_since = None
