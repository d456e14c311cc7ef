"""What customers do to messages that we have: they edit, send more pictures, react."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from inbox import clock
from inbox.crm import people
from inbox.desk import parts, rows
from inbox.desk.batch import Batch
from inbox.envelope import InboundEnvelope, Reacted
from inbox.events import Actor, EventKind, record
from inbox.model import Conversation, Direction, Message

Seen = tuple[str, Reacted]  # with the id of the inbox


def edit(batch: Batch, inbox_id: str, envelope: InboundEnvelope) -> bool:
    """The message shows the new text and keeps the old; False if we don't have it."""
    if (row := _in_batch(batch, inbox_id, envelope.edits)) is not None:
        row["edits"] = [*row["edits"], _version(row["text"])]
        row["text"], row["edited_at"] = envelope.text, clock.now()
        return True
    message = _stored(batch, inbox_id, envelope.edits)
    if message is None:
        return False
    if message.text != envelope.text:
        message.edits = [*message.edits, _version(message.text)]
        _preview(batch, message, envelope.text)
        message.text, message.edited_at, message.indexed = envelope.text, clock.now(), False
        batch.session.add(message)
        _tell(batch, inbox_id, envelope, message)
    return True


def grow(batch: Batch, inbox_id: str, envelope: InboundEnvelope, digests: Sequence[str]) -> bool:
    """A further picture of an album joins those before it; False if it is the first."""
    row = _in_batch(batch, inbox_id, envelope.album)
    message = None if row is not None else _stored(batch, inbox_id, envelope.album)
    if row is None and message is None:
        return False
    told: Any = row or {"id": message.id, "created_at": clock.now()}  # type: ignore[union-attr]
    batch.files += [
        rows.attachment({**told, "created_at": clock.now()}, part, digest)
        for part, digest in zip(envelope.files, digests, strict=True)
    ]
    batch.parts.append(rows.part(inbox_id, envelope.external_id, told["id"]))
    if row is not None:
        row["attachment_count"] += len(envelope.files)
        row["text"] = row["text"] or envelope.text
    if message is not None:
        message.attachment_count += len(envelope.files)
        message.text, message.indexed = message.text or envelope.text, False
        batch.session.add(message)
        _tell(batch, inbox_id, envelope, message, files=len(envelope.files))
    return True


def react(session: Session, reactions: Sequence[Seen]) -> None:
    """Emojis stand on the message; nothing is reopened and nobody waits because of them."""
    if not reactions:
        return
    found = parts.find(session, {(inbox_id, one.message_id) for inbox_id, one in reactions})
    known = people.recognise(session, [one.sender for _, one in reactions])
    messages = {m.id: m for m in session.exec(_held(col(Message.id).in_(set(found.values()))))}
    for inbox_id, one in reactions:
        message = messages.get(found.get((inbox_id, one.message_id), ""))
        if message is None:
            continue
        person = known[one.sender.kind, one.sender.value]
        by = Actor("contact", person.id, person.name or one.sender.name)
        set_reactions(session, message, "contact", one.emojis, by=by)


def set_reactions(
    session: Session, message: Message, side: str, emojis: Sequence[str], *, by: Actor
) -> None:
    """Those of one person, or ours together, replace what they were before.

    The message has to be held, since what is kept of it besides is written whole.
    """
    kept = message.extras.get("reactions", [])
    mine = [one for one in kept if one["by"] == side and (side == "us" or one["id"] == by.id)]
    if [one["emoji"] for one in mine] == list(emojis):
        return
    at = clock.now().isoformat()
    new = [
        {"emoji": emoji[:32], "by": side, "id": by.id, "name": by.name, "at": at}
        for emoji in dict.fromkeys(emojis)
    ]
    message.extras = {**message.extras, "reactions": [o for o in kept if o not in mine] + new}
    session.add(message)
    conversation = session.get_one(Conversation, message.conversation_id)
    record(
        session, EventKind.MESSAGE_REACTED, by=by, conversation=conversation,
        message_id=message.id, emojis=list(emojis), side=side,
    )  # fmt: skip


def _preview(batch: Batch, message: Message, text: str) -> None:
    """The list shows the new words where it showed the old."""
    conversation = batch.session.get_one(Conversation, message.conversation_id)
    if conversation.preview == rows.preview(message.text):
        conversation.preview = rows.preview(text)
        batch.session.add(conversation)


def _version(text: str) -> dict[str, str]:
    return {"text": text, "until": clock.now().isoformat()}


def _in_batch(batch: Batch, inbox_id: str, external_id: str) -> dict[str, Any] | None:
    """Of this batch, which nobody has seen yet."""
    key = (inbox_id, external_id)
    return next((m for m in batch.messages if (m["inbox_id"], m["external_id"]) == key), None)


def _stored(batch: Batch, inbox_id: str, external_id: str) -> Message | None:
    wanted = _held(
        col(Message.inbox_id) == inbox_id,
        col(Message.direction) == Direction.INCOMING,
        col(Message.external_id) == external_id,
    )
    return batch.session.exec(wanted).first()


def hold(session: Session, message_id: str) -> Message:
    """As it is now, until the commit."""
    return session.exec(_held(col(Message.id) == message_id)).one()


def _held(*where: sa.ColumnElement[bool]) -> SelectOfScalar[Message]:
    """In one order, so that two who hold several do not wait for each other."""
    query = select(Message).where(*where).order_by(col(Message.id))
    return query.with_for_update(key_share=True).execution_options(populate_existing=True)


def _tell(
    batch: Batch, inbox_id: str, envelope: InboundEnvelope, message: Message, **particulars: Any
) -> None:
    contact = batch.people[envelope.sender.kind, envelope.sender.value]
    row = {"id": message.id, "created_at": clock.now(), "inbox_id": inbox_id}
    conversation = batch.session.get_one(Conversation, message.conversation_id)
    batch.tell(EventKind.MESSAGE_EDITED, conversation, contact, row, **particulars)
