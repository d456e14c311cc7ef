"""From envelopes to rows: a batch of what customers wrote becomes messages in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock
from inbox.crm import claims, contacts
from inbox.crm.contacts import Key, Known
from inbox.db import next_numbers
from inbox.desk import assignment, counters, deliveries, rows, threads
from inbox.envelope import AddressKind, DeliveryReport, Inbound, InboundEnvelope
from inbox.events import SYSTEM, EventKind, record_many
from inbox.model import (
    Attachment,
    ChannelThread,
    Contact,
    Conversation,
    Direction,
    Inbox,
    MailReference,
    Message,
    Participant,
    ParticipantKind,
    Status,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Understood:
    """One parsed thing of an arrival; `digests` says where the bytes of each file are kept.

    `window_hours` is how long the channel allows replies after this message (0: always).
    """

    inbox_id: str
    inbound: Inbound
    arrival_id: str | None = None
    digests: Mapping[int, str] = field(default_factory=dict)
    channel: str = ""
    window_hours: int = 0


@dataclass(slots=True)
class _Batch:
    session: Session
    key: bytes
    inboxes: dict[str, Inbox]
    people: dict[Key, Known]
    known: threads.Known
    moved: dict[str, int] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    references: list[dict[str, str]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    reopened: list[Conversation] = field(default_factory=list)

    def tell(
        self,
        kind: EventKind,
        conversation: Conversation,
        contact: Contact,
        message: Mapping[str, Any],
        **particulars: Any,
    ) -> None:
        self.events.append(rows.event(kind, conversation, contact, message, **particulars))

    def count(self, before: Sequence[str], after: Sequence[str]) -> None:
        for keys, change in ((before, -1), (after, 1)):
            for key in keys:
                self.moved[key] = self.moved.get(key, 0) + change


def ingest(session: Session, key: bytes, items: Sequence[Understood]) -> list[str]:
    """The ids of the messages made, none for those we have; `key` signs our Message-IDs."""
    for item in items:
        if isinstance(item.inbound, DeliveryReport):
            deliveries.report(session, item.inbox_id, item.inbound)
    new = _unknown(session, [i for i in items if isinstance(i.inbound, InboundEnvelope)])
    if not new:
        return []
    batch = _prepare(session, key, new)
    for item in new:
        assert isinstance(item.inbound, InboundEnvelope)
        if item.inbound.edits:
            _edit(batch, item, item.inbound)
            continue
        _take(batch, item, item.inbound)
        if item.inbound.bounce:
            deliveries.bounced(session, item.inbox_id, item.inbound.bounce, by=SYSTEM)
    _write(batch)
    return [row["id"] for row in batch.messages]


def _unknown(session: Session, items: Sequence[Understood]) -> list[Understood]:
    """Without those we have and without doubles in the batch itself."""
    wanted = {(i.inbox_id, i.inbound.external_id): i for i in items}  # type: ignore[union-attr]
    if not wanted:
        return []
    found = session.execute(
        sa.select(col(Message.inbox_id), col(Message.external_id)).where(
            col(Message.direction) == Direction.INCOMING,
            col(Message.inbox_id).in_({inbox_id for inbox_id, _ in wanted}),
            col(Message.external_id).in_([external_id for _, external_id in wanted]),
        )
    )
    have = {(inbox_id, external_id) for inbox_id, external_id in found}
    return [item for key, item in wanted.items() if key not in have]


def _prepare(session: Session, key: bytes, items: Sequence[Understood]) -> _Batch:
    pairs = [(i.inbox_id, i.inbound) for i in items if isinstance(i.inbound, InboundEnvelope)]
    inboxes = session.exec(select(Inbox).where(col(Inbox.id).in_({one for one, _ in pairs})))
    return _Batch(
        session,
        key,
        {inbox.id: inbox for inbox in inboxes},
        contacts.find_or_create(
            session,
            [envelope.sender for _, envelope in pairs],
            {(e.sender.kind, e.sender.value): e.also for _, e in pairs if e.also},
        ),
        threads.look_up(session, key, pairs),
        numbers=next_numbers(session, len(pairs))[::-1],
    )


def _take(batch: _Batch, item: Understood, envelope: InboundEnvelope) -> None:
    now = clock.now()
    inbox = batch.inboxes[item.inbox_id]
    contact, identity = batch.people[envelope.sender.kind, envelope.sender.value]
    contacts.learn(contact, envelope.fields, envelope.sender.name)
    claims.note(batch.session, contact.id, identity.id, envelope)
    found = threads.match(batch.known, batch.key, inbox, envelope, contact.id, now)
    conversation = found.conversation or _open(batch, item, envelope, contact, found)
    before = counters.keys(conversation) if found.conversation else []
    status_before = conversation.status if found.conversation else None
    thread = _thread(batch, item, envelope, conversation, identity.id, now)
    row = rows.message(
        envelope, thread, contact,
        inbox_id=item.inbox_id, channel=item.channel, arrival_id=item.arrival_id,
        rung=found.rung, now=now,
    )  # fmt: skip
    batch.messages.append(row)
    batch.files += [
        rows.attachment(row, part, item.digests.get(position, ""))
        for position, part in enumerate(envelope.files)
    ]
    _copy_in(batch, conversation, envelope)
    rows.show(conversation, row, flagged=found.flagged)
    batch.count(before, counters.keys(conversation))
    batch.references += threads.refer(batch.known, inbox.id, envelope, conversation.id)
    _tell(batch, conversation, contact, row, found, status_before)


def _open(
    batch: _Batch,
    item: Understood,
    envelope: InboundEnvelope,
    contact: Contact,
    found: threads.Match,
) -> Conversation:
    inbox = batch.inboxes[item.inbox_id]
    conversation = Conversation(
        number=batch.numbers.pop(),
        contact_id=contact.id,
        inbox_id=inbox.id,
        subject=envelope.subject[:500],
        team_id=inbox.team_id,
        language=contact.language,
        channel=item.channel or inbox.kind,
        contact_name=contact.name or envelope.sender.value,
        linked_id=found.linked.id if found.linked else None,
        status=Status.SPAM if contact.blocked else Status.OPEN,
        last_at=clock.now(),
    )
    batch.session.add(conversation)
    batch.known.conversations[conversation.id] = conversation
    batch.known.by_number[conversation.number] = conversation.id
    return conversation


def _thread(
    batch: _Batch,
    item: Understood,
    envelope: InboundEnvelope,
    conversation: Conversation,
    identity_id: str,
    now: datetime,
) -> ChannelThread:
    remote = envelope.thread if envelope.thread is not None else envelope.sender.value
    inbox_id = _answered_from(batch, item.inbox_id)
    key = (inbox_id, remote)
    thread = batch.known.by_thread.get(key)
    if thread is None or thread.conversation_id != conversation.id:
        thread = batch.session.exec(
            select(ChannelThread).where(
                ChannelThread.conversation_id == conversation.id,
                ChannelThread.inbox_id == inbox_id,
                ChannelThread.remote_id == remote,
            )
        ).first() or ChannelThread(
            conversation_id=conversation.id,
            inbox_id=inbox_id,
            identity_id=identity_id,
            remote_id=remote,
            subject=envelope.subject[:500],
        )
        batch.known.by_thread[key] = thread
    thread.last_incoming_at = now
    thread.window_until = now + timedelta(hours=item.window_hours) if item.window_hours else None
    batch.session.add(thread)
    return thread


def _answered_from(batch: _Batch, inbox_id: str) -> str:
    """A web form can't send, so its settings name the inbox that answers for it."""
    named = batch.inboxes[inbox_id].settings.get("reply_inbox")
    return inbox_id if not named or batch.session.get(Inbox, named) is None else named


def _copy_in(batch: _Batch, conversation: Conversation, envelope: InboundEnvelope) -> None:
    """Who stands on Cc takes part from now on, so that their answers join."""
    for address in envelope.cc:
        key = (conversation.id, address.value)
        if key not in batch.known.takers and address.kind == AddressKind.EMAIL:
            batch.known.takers.add(key)
            batch.session.add(
                Participant(
                    conversation_id=conversation.id,
                    kind=ParticipantKind.COPIED,
                    key=address.value[:320],
                    name=address.name[:300],
                )
            )


def _tell(
    batch: _Batch,
    conversation: Conversation,
    contact: Contact,
    row: dict[str, Any],
    found: threads.Match,
    status_before: Status | None,
) -> None:
    if status_before is None:
        linked = found.linked.number if found.linked else None
        batch.tell(EventKind.CONVERSATION_CREATED, conversation, contact, row, linked=linked)
    elif status_before is not conversation.status:
        batch.reopened.append(conversation)
        batch.tell(EventKind.STATUS_CHANGED, conversation, contact, row,
            before=status_before, after=conversation.status, reason="customer_wrote",
        )  # fmt: skip
    if found.flagged:
        batch.tell(EventKind.CONVERSATION_FLAGGED, conversation, contact, row)
    batch.tell(EventKind.MESSAGE_RECEIVED, conversation, contact, row,
        rung=found.rung, automatic=row["automatic"], first=status_before is None,
    )  # fmt: skip


def _edit(batch: _Batch, item: Understood, envelope: InboundEnvelope) -> None:
    """The customer changed what he wrote: the message shows the new text and keeps the old."""
    message = batch.session.exec(
        select(Message).where(
            Message.inbox_id == item.inbox_id,
            Message.direction == Direction.INCOMING,
            Message.external_id == envelope.edits,
        )
    ).first()
    if message is None:
        _take(batch, item, envelope)
        return
    now = clock.now()
    message.edits = [*message.edits, {"text": message.text, "until": now.isoformat()}]
    message.text, message.edited_at, message.indexed = envelope.text, now, False
    batch.session.add(message)
    conversation = batch.session.get_one(Conversation, message.conversation_id)
    contact, _ = batch.people[envelope.sender.kind, envelope.sender.value]
    row = {"id": message.id, "created_at": now, "inbox_id": item.inbox_id}
    batch.tell(EventKind.MESSAGE_EDITED, conversation, contact, row)


def _write(batch: _Batch) -> None:
    session = batch.session
    session.flush()
    if batch.messages:
        session.execute(sa.insert(Message), batch.messages)
    if batch.files:
        session.execute(sa.insert(Attachment), batch.files)
    if batch.references:
        session.execute(sa.insert(MailReference), batch.references)
    counters.move(session, batch.moved)
    record_many(session, batch.events)
    assignment.free_of_who_left(session, batch.reopened, by=SYSTEM)
