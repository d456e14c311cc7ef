"""What is said among ourselves; the customer never sees it."""

from sqlmodel import Session, select

from inbox import clock, ids
from inbox.desk import rearranging, repeats
from inbox.errors import Invalid
from inbox.events import Actor, EventKind, record
from inbox.i18n import Phrase
from inbox.model import Author, Conversation, Direction, Message, MessageState

LONGEST = 100_000
AUTHORS = {"agent": Author.AGENT, "api": Author.API}


def note(
    session: Session, conversation: Conversation, text: str, *, by: Actor, request_id: str = ""
) -> Message:
    """The same `request_id` twice is the same note; Conflict if its words are others now."""
    if not text.strip():
        raise Invalid(fields={"text": "Write something."})
    if len(text) > LONGEST:
        raise Invalid(
            fields={"text": Phrase("A note has at most %(count)s characters.", count=LONGEST)}
        )
    repeated = _known(session, conversation, request_id) if request_id else None
    if repeated:
        repeats.check((repeated.conversation_id, repeated.text), (conversation.id, text.strip()))
        return repeated
    rearranging.hold_standing(session, conversation)
    message_id = ids.new()
    message = Message(
        id=message_id,
        conversation_id=conversation.id,
        inbox_id=conversation.inbox_id,
        direction=Direction.NOTE,
        external_id=request_id or message_id,
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


def _known(session: Session, conversation: Conversation, request_id: str) -> Message | None:
    return session.exec(
        select(Message).where(
            Message.inbox_id == conversation.inbox_id,
            Message.direction == Direction.NOTE,
            Message.external_id == request_id,
        )
    ).first()
