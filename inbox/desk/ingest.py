"""From envelopes to rows: a batch of what customers wrote becomes messages in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock, ids
from inbox.crm import claims, contacts, people
from inbox.crm.contacts import Key
from inbox.crm.people import Person
from inbox.db import next_numbers
from inbox.desk import (
    amending,
    answers_by_mail,
    assignment,
    bounces,
    channel_threads,
    counters,
    delivery_reports,
    health,
    own_addresses,
    parts,
    passed_on,
    rows,
    sent_copies,
    thread_facts,
    threads,
    told,
)  # fmt: skip
from inbox.desk.batch import Batch, write
from inbox.desk.own_addresses import is_ours
from inbox.desk.rows import ConversationRow
from inbox.desk.understood import Understood, in_order
from inbox.envelope import AddressKind, DeliveryReport, InboundEnvelope, Reacted
from inbox.events import SYSTEM, EventKind
from inbox.model import (
    Conversation,
    Direction,
    Inbox,
    Message,
    ParticipantKind,
    Status,
)  # fmt: skip

__all__ = ["Understood", "ingest"]


def ingest(session: Session, key: bytes, items: Sequence[Understood]) -> list[str]:
    """The ids of the messages made, none for those we have; `key` signs our Message-IDs."""
    items = sent_copies.taken_out(session, key, items)
    items = answers_by_mail.taken_out(session, key, items)
    for item in items:
        if isinstance(item.inbound, DeliveryReport):
            delivery_reports.report(session, item.inbox_id, item.inbound)
    new = _unknown(session, [i for i in items if isinstance(i.inbound, InboundEnvelope)])
    new = passed_on.unwrapped(session, new)
    made = _take_all(session, key, new) if new else []
    seen = [(i.inbox_id, i.inbound) for i in items if isinstance(i.inbound, Reacted)]
    amending.react(session, seen)
    return made


def _take_all(session: Session, key: bytes, new: Sequence[Understood]) -> list[str]:
    batch = _prepare(session, key, new)
    for item in in_order(new):
        assert isinstance(item.inbound, InboundEnvelope)
        if not _amends(batch, item, item.inbound):
            _take(batch, item, item.inbound)
    write(batch)
    _follow_up(batch, new)
    return [row["id"] for row in batch.messages if row["direction"] is Direction.INCOMING]


def _amends(batch: Batch, item: Understood, envelope: InboundEnvelope) -> bool:
    """Whether it was taken as a change of a message that we have."""
    if envelope.edits:
        return amending.edit(batch, item.inbox_id, envelope)
    if not envelope.album:
        return False
    digests = [item.digests.get(position, "") for position in range(len(envelope.files))]
    return amending.grow(batch, item.inbox_id, envelope, digests)


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
    have |= parts.of_album(session, [(i.inbox_id, i.inbound) for i in items])  # type: ignore[misc]
    return [item for key, item in wanted.items() if key not in have]


def _prepare(session: Session, key: bytes, items: Sequence[Understood]) -> Batch:
    session.flush()  # what follows goes past the ORM
    pairs = [(i.inbox_id, i.inbound) for i in items if isinstance(i.inbound, InboundEnvelope)]
    asked = select(Inbox).where(col(Inbox.id).in_({one for one, _ in pairs}))
    inboxes = session.exec(asked).all()
    for inbox in inboxes:
        health.prove(session, inbox)
    return Batch(
        session,
        key,
        {inbox.id: inbox for inbox in inboxes},
        _recognise(session, key, pairs),
        thread_facts.look_up(session, key, pairs),
        next_numbers(session, len(pairs))[::-1],
        own_addresses.every(session) if any(one.cc for _, one in pairs) else set(),
        parts.find(session, {(one, e.answers) for one, e in pairs if e.answers}),
    )


def _recognise(
    session: Session, key: bytes, pairs: Sequence[tuple[str, InboundEnvelope]]
) -> dict[Key, Person]:
    """Those who come with further addresses, proven to be theirs, are few: one by one."""
    vouched = [envelope for _, envelope in pairs if envelope.also]
    if vouched:
        also = {(one.sender.kind, one.sender.value): one.also for one in vouched}
        contacts.find_or_create(session, [one.sender for one in vouched], also)
        session.flush()
    for _, envelope in pairs:
        if envelope.fields.get("start_token"):
            claims.tie(session, key, envelope)
    return people.recognise(session, [envelope.sender for _, envelope in pairs])


def _take(batch: Batch, item: Understood, envelope: InboundEnvelope) -> None:
    now = clock.now()
    inbox = batch.inboxes[item.inbox_id]
    contact = batch.people[envelope.sender.kind, envelope.sender.value]
    people.hear(contact, envelope.fields, envelope.sender.name)
    claims.note(batch.session, contact.id, contact.identity_id, envelope)
    found = threads.match(batch.known, batch.key, inbox, envelope, contact.id, now)
    conversation = found.conversation or _open(batch, item, envelope, contact, found)
    before = counters.keys(conversation) if found.conversation else []
    status_before = conversation.status if found.conversation else None
    thread = found.side or channel_threads.of(
        batch, item.inbox_id, envelope, conversation, contact.identity_id
    )
    channel_threads.heard(batch, item.inbox_id, envelope, thread, item.window_hours)
    row = rows.message(
        envelope, thread, contact,
        inbox_id=item.inbox_id, channel=item.channel, arrival_id=item.arrival_id,
        rung=found.rung, now=now,
    )  # fmt: skip
    channel_threads.say_where(inbox, thread, row)
    _refer(batch, envelope, row)
    if item.comment:
        passed_on.note(batch, conversation, row, item.comment)
    batch.files += [
        rows.attachment(row, part, item.digests.get(position, ""))
        for position, part in enumerate(envelope.files)
    ]
    if not found.side:
        _copy_in(batch, conversation, envelope, now)
    rows.show(conversation, row, flagged=found.flagged)
    batch.changed[conversation.id] = conversation
    batch.count(before, counters.keys(conversation))
    batch.references += threads.refer(batch.known, inbox.id, envelope, row)
    _tell(batch, conversation, contact, row, found, status_before)


def _refer(batch: Batch, envelope: InboundEnvelope, row: dict[str, Any]) -> None:
    """To the message it answers, of this batch or before; an album is known by all its parts."""
    inbox_id = row["inbox_id"]
    if envelope.answers:
        row["reply_to_id"] = batch.known_ids.get((inbox_id, envelope.answers))
    if envelope.album:
        row["external_id"] = envelope.album[:500]
        batch.parts.append(rows.part(inbox_id, envelope.external_id, row["id"]))
    batch.known_ids[inbox_id, envelope.external_id] = row["id"]
    row["extras"] = rows.extras(envelope, knows_answered=bool(row["reply_to_id"]))
    batch.messages.append(row)


def _open(
    batch: Batch,
    item: Understood,
    envelope: InboundEnvelope,
    contact: Person,
    found: threads.Match,
) -> ConversationRow:
    inbox = batch.inboxes[item.inbox_id]
    conversation = ConversationRow(
        id=ids.new(),
        number=batch.numbers.pop(),
        contact_id=contact.id,
        inbox_id=inbox.id,
        subject=envelope.subject[:500],
        team_id=inbox.team_id,
        status=Status.SPAM if contact.blocked else Status.OPEN,
        last_at=clock.now(),
    )
    name = rows.shown_name(envelope, contact)
    linked = found.linked.id if found.linked else None
    batch.begun.append((conversation, contact, item.channel or inbox.kind, name, linked))
    batch.known.conversations[conversation.id] = conversation
    batch.known.by_number[conversation.number] = conversation.id
    return conversation


def _follow_up(batch: Batch, items: Sequence[Understood]) -> None:
    """What can be told only when everything is written."""
    session = batch.session
    if batch.reopened:
        opened = select(Conversation).where(col(Conversation.id).in_(batch.reopened))
        assignment.free_of_who_left(session, session.exec(opened).all(), by=SYSTEM)
    for item in items:
        if isinstance(item.inbound, InboundEnvelope) and item.inbound.bounce:
            bounces.bounced(session, item.inbox_id, item.inbound.bounce, by=SYSTEM)
    _heed(batch, items)


def _heed(batch: Batch, items: Sequence[Understood]) -> None:
    """Few messages tell more than words, so these are taken one by one."""
    written = {(row["inbox_id"], row["external_id"]): row for row in batch.messages}
    for item in items:
        assert isinstance(item.inbound, InboundEnvelope)
        row = written.get((item.inbox_id, item.inbound.external_id[:500]))
        if row and told.tells(item.inbound.fields):
            conversation_id, contact_id = row["conversation_id"], row["author_id"]
            told.heed(batch.session, conversation_id, contact_id, item.inbound.fields, by=SYSTEM)


def _copy_in(
    batch: Batch, conversation: ConversationRow, envelope: InboundEnvelope, now: datetime
) -> None:
    """Who stands on Cc takes part from now on, so that their answers join."""
    for address in envelope.cc:
        key = (conversation.id, address.value)
        is_new = key not in batch.known.takers and address.kind == AddressKind.EMAIL
        if is_new and not is_ours(address.value, batch.own):
            batch.known.takers.add(key)
            batch.takers.append(
                {**rows.record(now), "conversation_id": conversation.id,
                 "kind": ParticipantKind.COPIED, "key": address.value[:320],
                 "name": address.name[:300]}
            )  # fmt: skip


def _tell(
    batch: Batch,
    conversation: ConversationRow,
    contact: Person,
    row: dict[str, Any],
    found: threads.Match,
    status_before: Status | None,
) -> None:
    if status_before is None:
        linked = found.linked.number if found.linked else None
        batch.tell(EventKind.CONVERSATION_CREATED, conversation, contact, row, linked=linked)
    elif status_before is not conversation.status:
        batch.reopened.append(conversation.id)
        batch.tell(EventKind.STATUS_CHANGED, conversation, contact, row,
            before=status_before, after=conversation.status, reason="customer_wrote",
        )  # fmt: skip
    if found.flagged:
        batch.tell(EventKind.CONVERSATION_FLAGGED, conversation, contact, row)
    if found.side:
        batch.tell(EventKind.SIDE_MESSAGE_RECEIVED, conversation, contact, row)
        return
    batch.tell(EventKind.MESSAGE_RECEIVED, conversation, contact, row,
        rung=found.rung, automatic=row["automatic"], first=status_before is None,
    )  # fmt: skip
