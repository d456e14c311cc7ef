"""What providers say became of our messages."""

from sqlmodel import Session, select

from inbox.desk import deliveries, parts
from inbox.envelope import DeliveryReport
from inbox.model import Delivery, Direction, Message, MessageState


def report(session: Session, inbox_id: str, found: DeliveryReport) -> None:
    """A provider's status callback; late or doubled ones change nothing.

    Of a message in several parts the first speaks for all, but for a failure.
    """
    message = _reported(session, inbox_id, found)
    state = MessageState(found.state)
    if message is None:
        return
    if message.provider_id != found.provider_id and state is not MessageState.FAILED:
        return
    delivery = session.exec(select(Delivery).where(Delivery.message_id == message.id)).one()
    if state.rank > message.state.rank:
        delivery.error, delivery.error_code = found.explanation, found.code[:64]
        deliveries.settle(session, delivery, state, reason=found.explanation, link=found.link)


def is_known(session: Session, inbox_id: str, found: DeliveryReport) -> bool:
    """Whether it is about a message whose sending we have noted already."""
    return _reported(session, inbox_id, found) is not None


def _reported(session: Session, inbox_id: str, found: DeliveryReport) -> Message | None:
    key = (inbox_id, found.provider_id)
    message_id = parts.find(session, {key}).get(key)
    message = session.get(Message, message_id) if message_id else None
    return message if message and message.direction is Direction.OUTGOING else None
