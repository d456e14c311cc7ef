"""What a rule may ask about an event, gathered in a few queries."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from inbox import clock
from inbox.model import (
    BusinessHours,
    Company,
    Contact,
    Conversation,
    Event,
    Holiday,
    Inbox,
    Message,
    Tag,
    Tagging,
    Team,
)  # fmt: skip
from inbox.routing import bundle as bundles
from inbox.routing.business_hours import is_open, next_opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The rows that an event is about."""

    conversation: Conversation
    contact: Contact
    inbox: Inbox
    company: Company | None = None
    message: Message | None = None


def subject_of(session: Session, event: Event) -> Subject | None:
    """None for an event that is about no conversation."""
    with bundles.around(session, event) as bundle:
        row = bundle.subjects.get(event.conversation_id or "")
        if row is None:
            return None
        conversation, contact, inbox, company = row
        message = bundle.messages.get(event.message_id or "")
    return Subject(
        conversation=conversation, contact=contact, inbox=inbox, company=company, message=message
    )


def subject_about(session: Session, conversation: Conversation) -> Subject:
    """Without a message."""
    query = _joined().where(col(Conversation.id) == conversation.id)
    found, contact, inbox, company = session.exec(query).one()
    return Subject(conversation=found, contact=contact, inbox=inbox, company=company)


def _joined() -> Any:
    return (
        select(Conversation, Contact, Inbox, Company)
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .join(Inbox, col(Inbox.id) == col(Conversation.inbox_id))
        .outerjoin(Company, col(Company.id) == col(Contact.company_id))
    )


def gather(session: Session, subject: Subject, event: Event) -> dict[str, Any]:
    """Every field of `inbox.routing.fields` with its value now."""
    known = {
        "conversation.tags": _tags(session, subject.conversation),
        "conversation.in_hours": within_hours(session, subject.inbox),
    }
    return _facts(subject, event, known)


def gather_all(
    session: Session, events: Sequence[Event]
) -> list[tuple[Event, Subject, dict[str, Any]]]:
    """The same for many events in a few queries; those about no conversation are left out."""
    subjects = _subjects(session, {e.conversation_id for e in events if e.conversation_id})
    messages = _messages(session, {event.message_id for event in events if event.message_id})
    tags = _tags_of(session, list(subjects))
    in_hours = {
        inbox.id: within_hours(session, inbox)
        for inbox in {subject.inbox.id: subject.inbox for subject in subjects.values()}.values()
    }
    found = []
    for event in events:
        subject = subjects.get(event.conversation_id or "")
        if subject is not None:
            subject = replace(subject, message=messages.get(event.message_id or ""))
            known = {
                "conversation.tags": tags[subject.conversation.id],
                "conversation.in_hours": in_hours[subject.inbox.id],
            }
            found.append((event, subject, _facts(subject, event, known)))
    return found


def within_hours(session: Session, inbox: Inbox) -> bool:
    """By the inbox's own calendar, else its team's; without one we are always open."""
    hours = _hours(session, inbox)
    if hours is None:
        return True
    return is_open(hours, _holidays(session, hours), clock.now())


def opens_at(session: Session, inbox: Inbox) -> datetime | None:
    """When somebody is there next: now, if we are open; None for those who never open."""
    hours = _hours(session, inbox)
    if hours is None:
        return clock.now()
    return next_opening(hours, _holidays(session, hours), clock.now())


def _facts(subject: Subject, event: Event, known: dict[str, Any]) -> dict[str, Any]:
    return {
        **_of_conversation(subject.conversation),
        **known,
        **_of_contact(subject.contact, subject.company),
        **_of_message(subject.message),
        "message.first": bool(event.particulars.get("first", False)),
        "event.actor": event.actor_kind,
        "event.before": event.particulars.get("before"),
        "event.after": event.particulars.get("after"),
    }


def _of_conversation(conversation: Conversation) -> dict[str, Any]:
    return {
        "conversation.status": str(conversation.status),
        "conversation.priority": int(conversation.priority),
        "conversation.subject": conversation.subject,
        "conversation.channel": conversation.channel,
        "conversation.inbox": conversation.inbox_id,
        "conversation.team": conversation.team_id,
        "conversation.assignee": conversation.assignee_id,
        "conversation.language": conversation.language,
        "conversation.message_count": conversation.message_count,
        "conversation.flagged": conversation.flagged,
    }


def _of_contact(contact: Contact, company: Company | None) -> dict[str, Any]:
    return {
        "contact.name": contact.name,
        "contact.kind": str(contact.kind),
        "contact.language": contact.language,
        "contact.city": contact.city,
        "contact.country": contact.country,
        "contact.blocked": contact.blocked,
        "company.name": company.name if company else None,
        "company.domain": company.domain if company else None,
    }


def _of_message(message: Message | None) -> dict[str, Any]:
    if message is None:
        return {}
    return {
        "message.text": message.text,
        "message.subject": message.subject,
        "message.sender": message.recipients.get("from", ""),
        "message.direction": str(message.direction),
        "message.author": str(message.author_kind),
        "message.files": message.attachment_count,
        "message.automatic": message.automatic,
    }


def _subjects(session: Session, conversation_ids: Collection[str]) -> dict[str, Subject]:
    rows = session.exec(_joined().where(col(Conversation.id).in_(conversation_ids)))
    return {
        row[0].id: Subject(conversation=row[0], contact=row[1], inbox=row[2], company=row[3])
        for row in rows
    }


def _messages(session: Session, message_ids: Collection[str]) -> dict[str, Message]:
    found = session.exec(select(Message).where(col(Message.id).in_(message_ids)))
    return {message.id: message for message in found}


def _tags_of(session: Session, conversation_ids: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    rows = session.exec(
        select(Tagging.conversation_id, Tag.name)
        .join(Tag, col(Tag.id) == col(Tagging.tag_id))
        .where(col(Tagging.conversation_id).in_(conversation_ids))
        .order_by(col(Tag.name))
    )
    for conversation_id, name in rows:
        found[conversation_id].append(name)
    return found


def _tags(session: Session, conversation: Conversation) -> Sequence[str]:
    bundle = bundles.of(session)
    if bundle and conversation.id in bundle.tags:
        return bundle.tags[conversation.id]
    return session.exec(
        select(col(Tag.name))
        .join(Tagging, col(Tagging.tag_id) == col(Tag.id))
        .where(Tagging.conversation_id == conversation.id)
        .order_by(col(Tag.name))
    ).all()


def _hours(session: Session, inbox: Inbox) -> BusinessHours | None:
    hours_id = inbox.business_hours_id
    if hours_id is None and inbox.team_id is not None:
        team = session.get(Team, inbox.team_id)
        hours_id = team.business_hours_id if team else None
    return session.get(BusinessHours, hours_id) if hours_id else None


def _holidays(session: Session, hours: BusinessHours) -> set[date]:
    bundle = bundles.of(session)
    known = bundle.holidays if bundle else {}
    if hours.id not in known:
        days = select(col(Holiday.day)).where(Holiday.business_hours_id == hours.id)
        known[hours.id] = set(session.exec(days))
    return known[hours.id]
