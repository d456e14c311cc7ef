"""What an inbox answers by itself: a greeting to a new matter, a word when nobody is there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock
from inbox.desk import counters
from inbox.desk.replies import Composed
from inbox.errors import Invalid
from inbox.events import Actor
from inbox.model import Author, Delivery, Direction, Event, Message, MessageState
from inbox.routing import bundle as bundles
from inbox.routing import manners, saying
from inbox.routing.facts import Subject, subject_of, within_hours
from inbox.routing.variables import fill

AGENT_QUIET = timedelta(minutes=30)
ONCE_IN = timedelta(hours=24)
NAME = "Automatic answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was sent, or why nothing was."""

    kind: str
    reason: str
    message: Message | None = None


def answer(session: Session, event: Event) -> Answer:
    """For a received message: at most one answer; when we are closed, never the greeting."""
    with bundles.around(session, event):
        return _answer(session, event)


def _answer(session: Session, event: Event) -> Answer:
    subject = subject_of(session, event)
    if (
        subject is None
        or subject.message is None
        or subject.message.direction != Direction.INCOMING
    ):
        return Answer("", "the event is about no message of a customer")
    counters.hold(session, subject.conversation)
    kind, text = _wanted(session, subject, event)
    if not text:
        return Answer("", "the inbox has nothing to say")
    now = clock.now()
    objection = manners.objection(session, subject, now)
    if kind == "out_of_hours":
        objection = objection or _objection_out_of_hours(session, subject, now)
    if objection:
        return Answer(kind, objection)
    composed = Composed(
        text=fill(text, subject), thread_id=subject.message.thread_id, automatic=True
    )
    by = Actor("rule", name=NAME).because(event)
    request_id = _request_id(kind, subject, now)
    try:
        message = saying.say(session, subject.conversation, composed, by=by, request_id=request_id)
    except Invalid as error:
        return Answer(kind, error.message)
    return Answer(kind, "sent", message)


def _wanted(session: Session, subject: Subject, event: Event) -> tuple[str, str]:
    inbox, help_answer = subject.inbox, str(subject.inbox.settings.get("help_answer") or "")
    if subject.message and subject.message.extras.get("consent") == "help":
        return "help", help_answer
    if inbox.out_of_hours_reply and not within_hours(session, inbox):
        return "out_of_hours", inbox.out_of_hours_reply
    if inbox.greeting and event.particulars.get("first"):
        return "greeting", inbox.greeting
    return "", ""


def _objection_out_of_hours(session: Session, subject: Subject, now: datetime) -> str:
    if _told_lately(session, subject.contact.id, now):
        return "the contact was told within 24 hours"
    if _answered_lately(session, subject.conversation.id, now):
        return "an agent is answering"
    return ""


def _told_lately(session: Session, contact_id: str, now: datetime) -> bool:
    ids = [_out_of_hours_id(contact_id, day) for day in (now, now - ONCE_IN)]
    told = select(Delivery.id).where(
        col(Delivery.request_id).in_(ids),
        col(Delivery.created_at) > now - ONCE_IN,
        Delivery.state != MessageState.CANCELLED,
    )
    return session.exec(told).first() is not None


def _answered_lately(session: Session, conversation_id: str, now: datetime) -> bool:
    latest = session.exec(
        select(sa.func.max(col(Message.created_at))).where(
            Message.conversation_id == conversation_id,
            Message.direction == Direction.OUTGOING,
            col(Message.author_kind).in_([Author.AGENT, Author.API]),
            col(Message.automatic).is_(False),
            col(Message.is_side).is_(False),
        )
    ).one()
    return latest is not None and now - latest < AGENT_QUIET


def _request_id(kind: str, subject: Subject, now: datetime) -> str:
    """The same answer for the same occasion, however often the event is reacted to."""
    if kind == "greeting":
        return f"greeting:{subject.conversation.id}"
    if kind == "help" and subject.message:
        return f"help:{subject.message.id}"
    return _out_of_hours_id(subject.contact.id, now)


def _out_of_hours_id(contact_id: str, day: datetime) -> str:
    return f"out_of_hours:{contact_id}:{day:%Y-%m-%d}"
