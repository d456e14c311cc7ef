"""Messages that are another matter become a conversation of their own; answers follow them."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.db import next_numbers
from inbox.desk import counters, merging, rearranging
from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.model import ChannelThread, Conversation, Direction, Event, Message, Status

THREAD = (
    "inbox_id", "identity_id", "remote_id", "subject", "window_until", "last_incoming_at",
    "our_address", "is_side",
)  # fmt: skip


def split(
    session: Session,
    conversation: Conversation,
    message_ids: Collection[str],
    *,
    by: Actor,
    subject: str = "",
) -> tuple[Conversation, Event]:
    """The new conversation, and the event by which it is undone."""
    rearranging.hold(session, conversation)
    messages = _chosen(session, conversation, set(message_ids))
    new = _begin(session, conversation, subject)
    taken = [message.id for message in messages]
    _part_threads(session, conversation, new, messages)
    session.execute(
        sa.update(Message)
        .where(col(Message.id).in_(taken), col(Message.moved_from_id).is_(None))
        .values(moved_from_id=conversation.id)
        .execution_options(synchronize_session="fetch")
    )
    rearranging.move_messages(session, taken, new)
    rearranging.copy_participants(session, conversation, new)
    with counters.kept(session, conversation):
        _share_unread(conversation, new, messages)
        conversation.version += 1
    session.flush()
    rearranging.summarise(session, conversation)
    rearranging.summarise(session, new)
    record(
        session, EventKind.CONVERSATION_CREATED, by=by, conversation=new,
        split_from=conversation.number,
    )  # fmt: skip
    event = record(
        session, EventKind.CONVERSATION_SPLIT, by=by, conversation=conversation,
        new_id=new.id, new_number=new.number, messages=taken,
    )  # fmt: skip
    return new, event


def from_on(session: Session, conversation: Conversation, message_id: str) -> list[str]:
    """That message and all that came after it."""
    query = select(Message.id).where(
        Message.conversation_id == conversation.id, col(Message.id) >= message_id
    )
    return list(session.exec(query))


def undo(session: Session, conversation: Conversation, split_id: str, *, by: Actor) -> Event:
    """What was split off, and all that was said there since, comes back by a merge."""
    event = session.exec(select(Event).where(Event.id == split_id)).first()
    if (
        event is None
        or event.kind != EventKind.CONVERSATION_SPLIT
        or event.conversation_id != conversation.id
    ):
        raise NotFound("There is no such split of this conversation.")
    new = session.get_one(Conversation, event.particulars["new_id"])
    if new.merged_into_id:
        raise Conflict("This split was undone already, or the new conversation was merged.")
    merged = merging.merge(session, conversation, new, by=by)
    session.execute(
        sa.update(Message)
        .where(
            col(Message.conversation_id) == conversation.id,
            col(Message.moved_from_id) == conversation.id,
        )
        .values(moved_from_id=None)
        .execution_options(synchronize_session="fetch")
    )
    return merged


def _chosen(session: Session, conversation: Conversation, wanted: set[str]) -> list[Message]:
    query = select(Message).where(Message.conversation_id == conversation.id)
    everything = list(session.exec(query.order_by(col(Message.id))))
    found = [message for message in everything if message.id in wanted]
    if not found or len(found) != len(wanted):
        raise Invalid(fields={"message_ids": "Give ids of messages of this conversation."})
    left = [m for m in everything if m.id not in wanted and m.direction is not Direction.NOTE]
    if not left:
        raise Invalid(fields={"message_ids": "Leave at least one message behind."})
    return found


def _begin(session: Session, conversation: Conversation, subject: str) -> Conversation:
    """It has the same people, and is open, whatever the old one is."""
    kept = conversation.model_dump(
        include={
            "contact_id", "inbox_id", "assignee_id", "team_id", "language", "contact_name",
            "channel", "priority", "last_at",
        }
    )  # fmt: skip
    new = Conversation(
        **kept,
        number=next_numbers(session, 1)[0],
        subject=(subject.strip() or conversation.subject)[:500],
        status=Status.OPEN,
        linked_id=conversation.id,
    )
    session.add(new)
    session.flush()
    counters.move(session, dict.fromkeys(counters.keys(new), 1))
    return new


def _part_threads(
    session: Session, old: Conversation, new: Conversation, taken: Sequence[Message]
) -> None:
    """Each has its own row of a thread that both had; the newer row has the newest message.

    Chats find their conversation by the newest row, so answers follow what was said last.
    """
    taken_ids = {message.id for message in taken}
    wanted = {message.thread_id for message in taken if message.thread_id}
    for thread in session.exec(
        select(ChannelThread).where(col(ChannelThread.id).in_(wanted))
    ).all():
        query = select(Message.id).where(Message.thread_id == thread.id)
        of_thread = list(session.exec(query.order_by(col(Message.id))))
        stay = [message_id for message_id in of_thread if message_id not in taken_ids]
        go = [message_id for message_id in of_thread if message_id in taken_ids]
        if not stay:
            thread.conversation_id = new.id
            session.add(thread)
            continue
        newest_goes = of_thread[-1] in taken_ids
        fresh = ChannelThread(
            conversation_id=new.id if newest_goes else old.id,
            **{name: getattr(thread, name) for name in THREAD},
        )
        thread.conversation_id = old.id if newest_goes else new.id
        session.add_all([fresh, thread])
        session.flush()
        _rethread(session, go if newest_goes else stay, fresh.id)


def _rethread(session: Session, message_ids: Sequence[str], thread_id: str) -> None:
    session.execute(
        sa.update(Message)
        .where(col(Message.id).in_(message_ids))
        .values(thread_id=thread_id)
        .execution_options(synchronize_session="fetch")
    )


def _share_unread(old: Conversation, new: Conversation, taken: Sequence[Message]) -> None:
    """What nobody has read is the newest of what the customer wrote."""
    incoming = [m for m in taken if m.direction is Direction.INCOMING]
    new.unread = min(old.unread, len(incoming))
    old.unread -= new.unread
    if incoming and taken[-1] is incoming[-1]:
        new.waiting_since = incoming[-1].created_at
