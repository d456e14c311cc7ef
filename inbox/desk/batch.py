"""What a batch of incoming messages brings about: gathered row by row, written table by table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from inbox import clock
from inbox.crm import people
from inbox.crm.contacts import Key
from inbox.crm.people import Person
from inbox.db import change_many, insert_many
from inbox.desk import counters, rows
from inbox.desk.rows import ConversationRow, Placed, ThreadRow
from inbox.desk.thread_facts import Known
from inbox.events import EventKind, record_many
from inbox.model import (
    Attachment,
    ChannelThread,
    Contact,
    Conversation,
    Inbox,
    MailReference,
    Message,
    MessagePart,
    Participant,
)  # fmt: skip

HEARD = ("window_until", "last_incoming_at", "our_address")  # what a thread keeps of a message

_Begun = tuple[ConversationRow, Person, str, str, str | None]  # and channel, name, what it follows


@dataclass(slots=True)
class Batch:
    """Grows message by message, and is written at once."""

    session: Session
    key: bytes
    inboxes: dict[str, Inbox]
    people: dict[Key, Person]
    known: Known
    numbers: list[int]
    own: set[str] = field(default_factory=set)  # addresses of ours, where copies are looked at
    known_ids: dict[tuple[str, str], str] = field(default_factory=dict)  # by the provider's
    parts: list[dict[str, Any]] = field(default_factory=list)
    moved: dict[str, int] = field(default_factory=dict)
    begun: list[_Begun] = field(default_factory=list)
    changed: dict[str, ConversationRow] = field(default_factory=dict)
    new_threads: list[dict[str, Any]] = field(default_factory=list)
    used_threads: dict[str, ThreadRow] = field(default_factory=dict)
    takers: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    references: list[dict[str, str]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    reopened: list[str] = field(default_factory=list)

    def tell(
        self,
        kind: EventKind,
        conversation: Placed,
        contact: Person,
        message: Mapping[str, Any],
        **particulars: Any,
    ) -> None:
        self.events.append(rows.event(kind, conversation, contact, message, **particulars))

    def count(self, before: Sequence[str], after: Sequence[str]) -> None:
        for key in before:
            self.moved[key] = self.moved.get(key, 0) - 1
        for key in after:
            self.moved[key] = self.moved.get(key, 0) + 1


def write(batch: Batch) -> None:
    """One statement a table, in the order in which rows refer to one another."""
    session, now = batch.session, clock.now()
    session.flush()
    people.remember(session, batch.people.values())
    new = {begun[0].id for begun in batch.begun}
    insert_many(session, Conversation, [rows.conversation(*begun) for begun in batch.begun])
    known = sorted(batch.changed.keys() - new)
    change_many(session, Conversation, [batch.changed[one].changes(now) for one in known])
    _write_threads(batch, now)
    insert_many(session, Participant, batch.takers)
    insert_many(session, Message, batch.messages)
    insert_many(session, MessagePart, batch.parts)
    insert_many(session, Attachment, batch.files)
    insert_many(session, MailReference, batch.references)
    counters.move(session, batch.moved)
    record_many(session, batch.events)
    for row in list(session):  # what was written past the ORM is read anew when it is asked for
        if isinstance(row, (Contact, Conversation, ChannelThread)):
            session.expire(row)


def _write_threads(batch: Batch, now: datetime) -> None:
    used = batch.used_threads
    for row in batch.new_threads:
        thread = used.pop(row["id"])
        row |= {name: getattr(thread, name) for name in HEARD}
    insert_many(batch.session, ChannelThread, batch.new_threads)
    change_many(
        batch.session,
        ChannelThread,
        [
            {"id": one, "updated_at": now, **{name: getattr(used[one], name) for name in HEARD}}
            for one in sorted(used)
        ],
    )  # fmt: skip
