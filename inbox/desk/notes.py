"""What is said among ourselves; the customer never sees it."""

from sqlmodel import Session

from inbox import clock, ids
from inbox.desk import rearranging
from inbox.errors import Invalid
from inbox.events import Actor, EventKind, record
from inbox.model import Author, Conversation, Direction, Message, MessageState

AUTHORS = {"agent": Author.AGENT, "api": Author.API}


def note(session: Session, conversation: Conversation, text: str, *, by: Actor) -> Message:
    if not text.strip():
        raise Invalid(fields={"text": "Write something."})
    rearranging.hold_standing(session, conversation)
    message_id = ids.new()
    message = Message(
        id=message_id,
        conversation_id=conversation.id,
        inbox_id=conversation.inbox_id,
        direction=Direction.NOTE,
        external_id=message_id,
        author_kind=AUTHORS.get(by.kind, Author.BOT),
        author_id=by.id,
        author_name=by.name,
        via=by.via,
        channel="note",
        text=text.strip(),
        sent_at=clock.now(),
        state=MessageState.NOTED,
    )
    session.add(message)
    conversation.version += 1
    session.add(conversation)
    record(session, EventKind.NOTE_ADDED, by=by, conversation=conversation, message_id=message.id)
    return message
