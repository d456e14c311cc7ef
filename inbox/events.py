"""What can happen, and `record()`, which writes that it did with who, why and what caused it."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from inbox.db import insert_many, touch
from inbox.model import Agent, Contact, Conversation, Event

TOPIC = "events"


class EventKind(StrEnum):
    """docs/events.md describes each; webhooks and rules name them."""

    MESSAGE_RECEIVED = "message_received"
    SIDE_MESSAGE_QUEUED = "side_message_queued"
    SIDE_MESSAGE_RECEIVED = "side_message_received"
    REPLY_FOUND = "reply_found"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_REACTED = "message_reacted"
    REPLY_QUEUED = "reply_queued"
    REPLY_CANCELLED = "reply_cancelled"
    NOTE_ADDED = "note_added"
    INTERACTION_LOGGED = "interaction_logged"
    DELIVERY_CHANGED = "delivery_changed"
    CONVERSATION_CREATED = "conversation_created"
    CONVERSATION_ASSIGNED = "conversation_assigned"
    CONVERSATION_FLAGGED = "conversation_flagged"
    STATUS_CHANGED = "status_changed"
    PRIORITY_CHANGED = "priority_changed"
    SUBJECT_CHANGED = "subject_changed"
    CONVERSATION_SNOOZED = "conversation_snoozed"
    CONVERSATION_WOKE = "conversation_woke"
    CONVERSATION_READ = "conversation_read"
    CONVERSATION_UNREAD = "conversation_unread"
    TAG_ADDED = "tag_added"
    TAG_REMOVED = "tag_removed"
    CONVERSATIONS_MERGED = "conversations_merged"
    CONVERSATIONS_UNMERGED = "conversations_unmerged"
    CONVERSATION_SPLIT = "conversation_split"
    CONVERSATION_MOVED = "conversation_moved"
    CUSTOMER_CHANGED = "customer_changed"
    MACRO_RUN = "macro_run"
    PARTICIPANT_ADDED = "participant_added"
    CONTACT_CREATED = "contact_created"
    CONTACT_UPDATED = "contact_updated"
    CONTACTS_MERGED = "contacts_merged"
    CONTACTS_UNMERGED = "contacts_unmerged"
    IDENTITY_BOUNCED = "identity_bounced"
    ARRIVAL_QUARANTINED = "arrival_quarantined"
    ARRIVAL_RELEASED = "arrival_released"
    MAIL_MISSED = "mail_missed"
    INBOX_CREATED = "inbox_created"
    INBOX_UPDATED = "inbox_updated"
    INBOX_HEALTH_CHANGED = "inbox_health_changed"
    AGENT_CREATED = "agent_created"
    AGENT_UPDATED = "agent_updated"
    AGENT_AVAILABILITY_CHANGED = "agent_availability_changed"
    SETTING_CHANGED = "setting_changed"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something; for a rule or auto-reply also the event that made it act.

    `via` is the name of the token by which a program does it for them.
    """

    kind: str = "system"
    id: str | None = None
    name: str = ""
    cause_id: str | None = None
    depth: int = 0
    via: str = ""

    @classmethod
    def agent(cls, agent: Agent) -> "Actor":
        return cls("agent", agent.id, agent.name)

    @classmethod
    def contact(cls, contact: Contact) -> "Actor":
        return cls("contact", contact.id, contact.name)

    @classmethod
    def rule(cls, rule_id: str, name: str) -> "Actor":
        return cls("rule", rule_id, name)

    def because(self, event: Event) -> "Actor":
        """The same actor, acting because of `event`: one link further down its chain."""
        return replace(self, cause_id=event.id, depth=event.depth + 1)


SYSTEM = Actor()


def record(
    session: Session,
    kind: EventKind,
    *,
    by: Actor,
    conversation: Conversation | None = None,
    message_id: str | None = None,
    **particulars: Any,
) -> Event:
    """Add the event to this transaction; listeners are woken after its commit.

    `contact_id` and `inbox_id` among the particulars become columns; a conversation gives its own.
    """
    contact_id = particulars.pop("contact_id", conversation.contact_id if conversation else None)
    inbox_id = particulars.pop("inbox_id", conversation.inbox_id if conversation else None)
    event = Event(
        kind=kind,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name,
        conversation_id=conversation.id if conversation else None,
        contact_id=contact_id,
        inbox_id=inbox_id,
        message_id=message_id,
        particulars={**particulars, "via": by.via} if by.via else particulars,
        cause_id=by.cause_id,
        depth=by.depth,
    )
    session.add(event)
    touch(session, TOPIC)
    return event


def record_many(session: Session, rows: list[dict[str, Any]]) -> None:
    """The same for a batch, as column values; for the set-based paths."""
    if rows:
        insert_many(session, Event, rows)
        touch(session, TOPIC)
