"""What providers and mail servers say became of our messages."""

from sqlmodel import Session, col, select

from inbox import clock
from inbox.desk import deliveries, parts
from inbox.envelope import Bounce, DeliveryReport
from inbox.events import Actor, EventKind, record
from inbox.model import Delivery, Direction, Identity, Message, MessageState


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
        delivery.error, delivery.error_code = found.explanation[:2000], found.code[:64]
        deliveries.settle(session, delivery, state, reason=found.explanation, link=found.link)


def is_known(session: Session, inbox_id: str, found: DeliveryReport) -> bool:
    """Whether it is about a message whose sending we have noted already."""
    return _reported(session, inbox_id, found) is not None


def _reported(session: Session, inbox_id: str, found: DeliveryReport) -> Message | None:
    key = (inbox_id, found.provider_id)
    message_id = parts.find(session, {key}).get(key)
    message = session.get(Message, message_id) if message_id else None
    return message if message and message.direction is Direction.OUTGOING else None


def bounced(session: Session, inbox_id: str, bounce: Bounce, *, by: Actor) -> None:
    """A mail came back: that very message failed, and a dead address is marked.

    Who sent the report is unknown, so it can speak only of those the message went to.
    """
    message = session.exec(
        select(Message).where(
            Message.mail_message_id == bounce.original_message_id,
            Message.inbox_id == inbox_id,
            Message.direction == Direction.OUTGOING,
        )
    ).first()
    if message is None:
        return
    delivery = session.exec(select(Delivery).where(Delivery.message_id == message.id)).one()
    delivery.error_code = bounce.status[:64]
    state = delivery.state if bounce.late else MessageState.FAILED
    deliveries.settle(session, delivery, state, reason=bounce.explanation)
    if bounce.permanent:
        written_to = {one for group in message.recipients.values() for one in group}
        _mark_dead(session, written_to & set(bounce.recipients), bounce, by=by)


def _mark_dead(session: Session, addresses: set[str], bounce: Bounce, *, by: Actor) -> None:
    dead = select(Identity).where(Identity.kind == "email", col(Identity.value).in_(addresses))
    for identity in session.exec(dead):
        identity.bouncing_since = clock.now()
        session.add(identity)
        record(
            session,
            EventKind.IDENTITY_BOUNCED,
            by=by,
            contact_id=identity.contact_id,
            address=identity.value,
            explanation=bounce.explanation,
        )
