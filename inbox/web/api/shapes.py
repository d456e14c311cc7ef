"""What programs are given: the fields that are promised, which are fewer than the columns."""

from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from inbox.crm.suggesting import Reason
from inbox.model import (
    Author,
    Availability,
    ContactKind,
    Direction,
    Health,
    InteractionKind,
    MessageState,
    Status,
    Strategy,
)  # fmt: skip

Item = TypeVar("Item")


class Shape(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Page(Shape, Generic[Item]):
    """`next` is the cursor of the page after, null at the end."""

    items: list[Item]
    next: str | None


class Problem(Shape):
    """`code` is for programs, `message` for people, `fields` says what is wrong with each."""

    code: str
    message: str
    fields: dict[str, str]


class Error(Shape):
    error: Problem


class ArrivalTaken(Shape):
    id: str


class IdentityShape(Shape):
    id: str
    kind: str
    value: str
    name: str
    is_primary: bool
    verified_at: datetime | None


class ContactShape(Shape):
    id: str
    kind: ContactKind
    name: str
    title: str
    company_id: str | None
    language: str
    time_zone: str
    city: str
    country: str
    about: str
    preferred_channel: str
    blocked: bool
    version: int
    created_at: datetime
    updated_at: datetime


class ContactWithAddresses(ContactShape):
    addresses: list[IdentityShape]


class MergeShape(Shape):
    """One that stands: `id` undoes it."""

    id: str
    at: datetime
    by: str
    merged_id: str
    merged_name: str


class ContactMerge(MergeShape):
    contact: ContactWithAddresses


class SuggestionShape(Shape):
    """`address` is what they share, if `reason` speaks of one."""

    contact: ContactShape
    reason: Reason
    address: str


class Suggestions(Shape):
    items: list[SuggestionShape]


class Merges(Shape):
    items: list[MergeShape]


class InboxShape(Shape):
    """Secrets are never given back. `gaps` are times of which something may be missing."""

    id: str
    name: str
    kind: str
    address: str
    slug: str
    enabled: bool
    restricted: bool
    settings: dict[str, Any]
    team_id: str | None
    health: Health
    health_reason: str
    gaps: list[dict[str, Any]]
    checked_at: datetime | None
    checked: dict[str, Any]
    created_at: datetime


class InteractionShape(Shape):
    """`outcome` is the message's subject as well."""

    kind: InteractionKind
    seconds: int
    participants: str
    outcome: str
    external_id: str | None
    message: "MessageShape"


class ConversationShape(Shape):
    id: str
    number: int
    subject: str
    status: Status
    priority: int
    contact_id: str
    contact_name: str
    inbox_id: str
    channel: str
    assignee_id: str | None
    team_id: str | None
    snoozed_until: datetime | None
    snoozed_until_reply: bool
    waiting_since: datetime | None
    first_reply_at: datetime | None
    resolved_at: datetime | None
    preview: str
    last_author: str
    last_at: datetime
    unread: int
    message_count: int
    flagged: bool
    version: int
    created_at: datetime
    updated_at: datetime


class ConversationMerge(Shape):
    """`id` undoes it."""

    id: str
    merged_id: str
    conversation: ConversationShape


class ConversationSplit(Shape):
    """The new conversation; `id` undoes the split, at the conversation it came from."""

    id: str
    from_id: str
    conversation: ConversationShape


class MessageShape(Shape):
    """`html` is sanitised; `text` is what was newly written, `quoted` the history below it.

    One that `is_side` is with somebody whom an agent asked, and never the customer's.
    `author_kind` is api for an integration; `via` is the token by which an
    agent wrote it. `proof` is proven or claimed, empty for what we wrote; `reading.sender` says
    why, and `reading.shortened` whether not all of it could be read. `edits` are earlier texts;
    `extras` has what only some messages have, such as `reactions`, `buttons`, the `choice` of one,
    or the `template` that was sent.
    """

    id: str
    conversation_id: str
    inbox_id: str
    direction: Direction
    channel: str
    author_kind: Author
    author_id: str | None
    author_name: str
    via: str
    subject: str
    text: str
    quoted: str
    html: str
    recipients: dict[str, Any]
    sent_at: datetime
    state: MessageState
    state_reason: str
    automatic: bool
    proof: str
    reading: dict[str, Any]
    is_side: bool
    attachment_count: int
    reply_to_id: str | None
    edits: list[dict[str, Any]]
    extras: dict[str, Any]
    created_at: datetime


class TemplateShape(Shape):
    """`variables` are the gaps to fill in when it is sent, by `name`."""

    id: str
    inbox_id: str
    name: str
    language: str
    category: str
    approved: bool
    status: str
    header: str
    body: str
    footer: str
    buttons: list[str]
    variables: list[dict[str, Any]]
    fetched_at: datetime


class Templates(Shape):
    items: list[TemplateShape]


class EventShape(Shape):
    seq: int
    id: str
    kind: str
    at: datetime
    actor_kind: str
    actor_id: str | None
    actor_name: str
    conversation_id: str | None
    contact_id: str | None
    inbox_id: str | None
    message_id: str | None
    particulars: dict[str, Any]
    cause_id: str | None
    depth: int


class HistoryEntry(Shape):
    """What happened, and the message if that is what it was."""

    event: EventShape
    message: MessageShape | None


class EventPage(Shape):
    """`next` is to be given as `after` the next time, whether there was anything or not."""

    items: list[EventShape]
    next: int


class AgentShape(Shape):
    id: str
    name: str
    email: str
    active: bool
    availability: Availability
    time_zone: str
    locale: str


class TeamShape(Shape):
    id: str
    name: str
    strategy: Strategy
    agent_ids: list[str]


class TagShape(Shape):
    id: str
    name: str
    hue: int
