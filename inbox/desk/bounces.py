"""Mail of ours that came back."""

from sqlmodel import Session, select

from inbox.desk import addresses, deliveries, parts
from inbox.envelope import Bounce
from inbox.events import SYSTEM, Actor, EventKind, record
from inbox.model import Conversation, Delivery, Message, MessageState


def bounced(session: Session, inbox_id: str, bounce: Bounce, *, by: Actor) -> None:
    """A mail came back: that very message failed, and a dead address is marked.

    Who sent the report is unknown, so it can speak only of those the message went to.
    """
    message = parts.sent_as(session, inbox_id, bounce.original_message_id)
    if message is None:
        return
    delivery = session.exec(select(Delivery).where(Delivery.message_id == message.id)).first()
    state = message.state if bounce.late else MessageState.FAILED
    if delivery:
        delivery.error_code = bounce.status[:64]
        deliveries.settle(session, delivery, state, reason=bounce.explanation)
    else:
        _note(session, message, state, bounce)
    if bounce.permanent:
        named = (message.recipients.get(field, []) for field in ("to", "cc", "bcc"))
        written_to = {one for group in named for one in group}
        known = written_to & set(bounce.recipients)
        addresses.mark_dead(session, dict.fromkeys(known, bounce.explanation), by=by)


def _note(session: Session, message: Message, state: MessageState, bounce: Bounce) -> None:
    """On one that a mail program sent, of which there is no delivery."""
    is_news = state is not message.state
    message.state, message.state_reason = state, bounce.explanation
    session.add(message)
    if is_news:
        conversation = session.get_one(Conversation, message.conversation_id)
        record(
            session, EventKind.DELIVERY_CHANGED, by=SYSTEM, conversation=conversation,
            message_id=message.id, state=state, reason=bounce.explanation,
        )  # fmt: skip
