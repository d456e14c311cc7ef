"""Two conversations that are one matter: merged by one event, and parted again by it.

The other one stays as a row without messages, so that old links, numbers and signed addresses
lead to where it goes on.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.desk import counters, rearranging
from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.model import (
    ChannelThread,
    Conversation,
    Event,
    Message,
    Participant,
    Status,
    Tagging,
)  # fmt: skip

IMAGE = (
    "status", "snoozed_until", "snoozed_until_reply", "waiting_since", "first_reply_at",
    "resolved_at", "unread", "flagged", "assignee_id", "team_id",
)  # fmt: skip
LIVELY = (Status.OPEN, Status.WAITING, Status.SNOOZED, Status.RESOLVED, Status.SPAM)


def merge(session: Session, conversation: Conversation, other: Conversation, *, by: Actor) -> Event:
    """What was said in the other goes on in `conversation`."""
    if other.id == conversation.id:
        raise Invalid(fields={"conversation_id": "This is the same one already. Give another."})
    rearranging.hold(session, conversation, other)
    if conversation.merged_into_id or other.merged_into_id:
        raise Conflict("One of the two was merged meanwhile. Look at it again.")
    if other.contact_id != conversation.contact_id:
        remedy = "It is another customer's. Merge the contacts, or change its customer first."
        raise Invalid(fields={"conversation_id": remedy})
    before = {"conversation": _image(conversation), "merged": _image(other)}
    moved = _move_everything(session, conversation, other)
    with counters.kept(session, conversation, other):
        _combine(conversation, other)
        other.status, other.merged_into_id, other.unread = Status.MERGED, conversation.id, 0
        other.version += 1
    session.flush()
    rearranging.summarise(session, conversation)
    _tell_row(session, other, before["merged"]["status"], by)
    return record(
        session, EventKind.CONVERSATIONS_MERGED, by=by, conversation=conversation,
        merged_id=other.id, merged_number=other.number, before=before, **moved,
    )  # fmt: skip


def undo(session: Session, conversation: Conversation, merge_id: str, *, by: Actor) -> Conversation:
    """The two are two again; what was said since on a thread of the other goes with it."""
    event = _of(session, conversation, merge_id)
    what = event.particulars
    other = session.get_one(Conversation, what["merged_id"])
    rearranging.hold(session, conversation, other)
    if other.merged_into_id != conversation.id or not _is_newest(session, event):
        raise Conflict("This merge was undone already.")
    _move_back(session, conversation, other, what)
    with counters.kept(session, conversation, other):
        _restore(other, what["before"]["merged"])
        other.merged_into_id = None
        other.version += 1
        conversation.unread = min(conversation.unread, what["before"]["conversation"]["unread"])
    session.flush()
    rearranging.summarise(session, conversation)
    rearranging.summarise(session, other)
    _tell_row(session, other, Status.MERGED, by)
    record(
        session, EventKind.CONVERSATIONS_UNMERGED, by=by, conversation=conversation,
        merge_id=event.id, parted_id=other.id, parted_number=other.number,
    )  # fmt: skip
    return other


def _of(session: Session, conversation: Conversation, merge_id: str) -> Event:
    event = session.exec(select(Event).where(Event.id == merge_id)).first()
    if (
        event is None
        or event.kind != EventKind.CONVERSATIONS_MERGED
        or event.conversation_id != conversation.id
    ):
        raise NotFound("There is no such merge of this conversation.")
    return event


def _is_newest(session: Session, event: Event) -> bool:
    """Of those that merged the same conversation into this one."""
    later = select(Event).where(
        Event.conversation_id == event.conversation_id,
        Event.kind == EventKind.CONVERSATIONS_MERGED,
        col(Event.seq) > (event.seq or 0),
    )
    merged_id = event.particulars["merged_id"]
    return all(one.particulars["merged_id"] != merged_id for one in session.exec(later))


def _image(conversation: Conversation) -> dict[str, Any]:
    values = {name: getattr(conversation, name) for name in IMAGE}
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in values.items()}


def _restore(conversation: Conversation, image: dict[str, Any]) -> None:
    for name in IMAGE:
        value = image[name]
        moment = name.endswith(("_at", "_since", "_until")) and value
        setattr(conversation, name, datetime.fromisoformat(value) if moment else value)
    conversation.status = Status(image["status"])


def _move_everything(
    session: Session, conversation: Conversation, other: Conversation
) -> dict[str, Any]:
    """The ids of all that moved; who takes part and the tags are copied, so they stay as well."""
    mine = select(Message.id).where(Message.conversation_id == other.id).order_by(col(Message.id))
    message_ids = list(session.exec(mine))
    threads = list(
        session.exec(select(ChannelThread.id).where(ChannelThread.conversation_id == other.id))
    )
    rearranging.move_messages(session, message_ids, conversation)
    rearranging.move_threads(session, threads, conversation)
    return {
        "messages": message_ids,
        "threads": threads,
        "participants": rearranging.copy_participants(session, other, conversation),
        "taggings": _copy_tags(session, other, conversation),
    }


def _copy_tags(session: Session, source: Conversation, target: Conversation) -> list[str]:
    has = set(session.exec(select(Tagging.tag_id).where(Tagging.conversation_id == target.id)))
    wanted = session.exec(select(Tagging.tag_id).where(Tagging.conversation_id == source.id))
    made = [Tagging(conversation_id=target.id, tag_id=t) for t in wanted if t not in has]
    session.add_all(made)
    return [one.id for one in made]


def _combine(conversation: Conversation, other: Conversation) -> None:
    """The livelier status of the two holds; whoever waits, waits since the first of both."""
    conversation.unread += other.unread
    conversation.flagged = conversation.flagged or other.flagged
    conversation.waiting_since = _earliest(conversation.waiting_since, other.waiting_since)
    conversation.first_reply_at = _earliest(conversation.first_reply_at, other.first_reply_at)
    conversation.version += 1
    if LIVELY.index(other.status) < LIVELY.index(conversation.status):
        conversation.status = other.status
        conversation.snoozed_until = other.snoozed_until
        conversation.snoozed_until_reply = other.snoozed_until_reply
        conversation.resolved_at = other.resolved_at


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other


def _move_back(
    session: Session, conversation: Conversation, other: Conversation, what: dict[str, Any]
) -> None:
    here = select(Message.id).where(
        Message.conversation_id == conversation.id,
        sa.or_(col(Message.id).in_(what["messages"]), col(Message.thread_id).in_(what["threads"])),
    )
    rearranging.move_messages(session, list(session.exec(here)), other)
    rearranging.move_threads(session, what["threads"], other)
    _remove(session, Participant, what["participants"])
    _remove(session, Tagging, what["taggings"])


def _remove(session: Session, table: type[Participant | Tagging], row_ids: Sequence[str]) -> None:
    session.execute(sa.delete(table).where(col(table.id).in_(row_ids)))


def _tell_row(session: Session, other: Conversation, before: str, by: Actor) -> None:
    """So that its row leaves the lists that are open, or comes back to them."""
    record(
        session, EventKind.STATUS_CHANGED, by=by, conversation=other,
        before=before, after=other.status, reason="merged",
    )  # fmt: skip
