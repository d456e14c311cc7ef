"""Conversations to look at, in several languages and scripts, told through the real verbs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock
from inbox.desk import assignment, ingest, notes, replies, snooze, status, tags
from inbox.desk.ingest import Understood
from inbox.envelope import Address, InboundEnvelope
from inbox.events import SYSTEM, Actor
from inbox.model import (
    Agent,
    Contact,
    Conversation,
    Delivery,
    Event,
    Inbox,
    Message,
    MessageState,
    Priority,
    Status,
    Team,
)  # fmt: skip

A_MOMENT = timedelta(seconds=20)  # between two things done by hand
UNASSIGNED_TEAM = "Returns and billing"


@dataclass(frozen=True, slots=True)
class Desk:
    agents: Mapping[str, Agent]
    inboxes: Mapping[str, Inbox]
    teams: Mapping[str, Team]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`lines` are (who, text): "them", "note:petr" or an agent's key.

    `ago` is of the last line, `pace` between two, both in minutes; `known` days is the contact.
    """

    channel: str
    name: str
    address: tuple[str, str]
    subject: str = ""
    lines: Sequence[tuple[str, str]]
    ago: int
    pace: int = 6
    known: int = 0
    owner: str = ""
    tags: Sequence[str] = ()
    priority: int = 0
    status: str = "open"
    fields: Mapping[str, str] = field(default_factory=dict)


def tell(session: Session, key: bytes, desk: Desk) -> None:
    from inbox.seed.earlier_stories import EARLIER  # noqa: PLC0415  they are made of Story
    from inbox.seed.stories import STORIES  # noqa: PLC0415

    for story in sorted([*STORIES, *EARLIER], key=lambda one: -one.ago):
        _tell(session, key, desk, story)


def _tell(session: Session, key: bytes, desk: Desk, story: Story) -> None:
    told = _say(session, key, desk, story)
    by = Actor.agent(desk.agents[story.owner or "ana"])
    if story.status == "snoozed":
        snooze.snooze(session, told, clock.now() + timedelta(days=2), by=by)
    elif story.status == "resolved":
        status.set_status(session, told, Status.RESOLVED, by=by)
    _age(session, told, story)


def _say(session: Session, key: bytes, desk: Desk, story: Story) -> Conversation:
    conversation: Conversation | None = None
    for position, (who, text) in enumerate(story.lines):
        if who == "them":
            conversation = _written(session, key, desk, story, (position, text))
            if not position:
                _sorted_in(session, desk, story, conversation)
        elif who.startswith("note:"):
            by = Actor.agent(desk.agents[who.removeprefix("note:")])
            notes.note(session, _known(conversation), text, by=by)
        else:
            _answered(session, _known(conversation), Actor.agent(desk.agents[who]), text)
    return _known(conversation)


def _sorted_in(session: Session, desk: Desk, story: Story, told: Conversation) -> None:
    """Who got it, and how it was marked, when it came."""
    by = Actor.agent(desk.agents[story.owner or "ana"])
    if story.owner:
        owner = desk.agents[story.owner]
        assignment.assign(session, told, owner.id, by=SYSTEM, reason="round robin")
    elif story.status == "open":
        assignment.transfer(session, told, desk.teams[UNASSIGNED_TEAM].id, by=by)
    for name in story.tags:
        tags.tag(session, told, name, by=by)
    if story.priority:
        status.set_priority(session, told, Priority(story.priority), by=by)


def _known(conversation: Conversation | None) -> Conversation:
    assert conversation is not None  # every story begins with what they wrote
    return conversation


def _written(
    session: Session, key: bytes, desk: Desk, story: Story, line: tuple[int, str]
) -> Conversation:
    position, text = line
    inbox = desk.inboxes[story.channel]
    kind, value = story.address
    by_mail = story.channel in ("email", "form")
    envelope = InboundEnvelope(
        external_id=f"demo:{value}:{story.subject}:{position}",
        sender=Address(kind=kind, value=value, name=story.name),
        subject=story.subject,
        text=text,
        thread=None if by_mail else value,
        references=(f"demo-{value}@demo",) if position and by_mail else (),
        mail_message_id=f"demo-{value}@demo" if by_mail and not position else "",
        proof="proven",
        reading=_checked(value) if story.channel == "email" else {},
        fields=story.fields,
    )
    made = ingest.ingest(session, key, [Understood(inbox.id, envelope, channel=inbox.kind)])
    message = session.get_one(Message, made[0])
    message.sent_at = clock.now()
    return session.get_one(Conversation, message.conversation_id)


def _checked(address: str) -> dict[str, Any]:
    """As a receiving server checks a mail that is what it says."""
    domain = address.rpartition("@")[2]
    checks = [[method, "pass", domain] for method in ("dmarc", "dkim", "spf")]
    return {"sender": {"why": "dmarc", "host": "mx.acme.example", "checks": checks}}


def _answered(session: Session, conversation: Conversation, by: Actor, text: str) -> None:
    """Already delivered, so that the demo's workers send nothing old."""
    message = replies.reply(
        session, conversation, replies.Composed(text=text), by=by,
        request_id=f"demo:{conversation.id}:{conversation.message_count}",
    )  # fmt: skip
    delivery = session.exec(select(Delivery).where(Delivery.message_id == message.id)).one()
    delivery.state = message.state = MessageState.DELIVERED
    session.add_all([delivery, message])


def _age(session: Session, conversation: Conversation, story: Story) -> None:
    """As if it had happened at the story's pace; nothing reacts to what is past."""
    ended = clock.now() - timedelta(minutes=story.ago)
    pace = timedelta(minutes=story.pace)
    began = ended - pace * (len(story.lines) - 1)
    said = select(Message).where(Message.conversation_id == conversation.id)
    at: dict[str | None, datetime] = {}
    for position, message in enumerate(session.exec(said.order_by(col(Message.id)))):
        message.created_at = message.sent_at = at[message.id] = began + position * pace
        session.add(message)
    moment = began
    happened = select(Event).where(Event.conversation_id == conversation.id)
    for event in session.exec(happened.order_by(col(Event.seq))):
        moment = event.at = at.get(event.message_id, moment + A_MOMENT)
        event.reacted_at = clock.now()
        session.add(event)
    _age_records(session, conversation, story, (began, ended))


def _age_records(
    session: Session, conversation: Conversation, story: Story, span: tuple[datetime, datetime]
) -> None:
    conversation.created_at, conversation.last_at = span
    if conversation.waiting_since:
        conversation.waiting_since = span[1]
    contact = session.get_one(Contact, conversation.contact_id)
    contact.created_at = min(contact.created_at, span[0] - timedelta(days=story.known))
    session.add_all([conversation, contact])
    session.flush()
    session.execute(
        sa.update(Event).where(col(Event.reacted_at).is_(None)).values(reacted_at=clock.now())
    )
