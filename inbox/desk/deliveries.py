"""The outbox: states that only move forward, leases with an epoch, and what a provider reports."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox import clock
from inbox.db import now, touch
from inbox.desk import addresses, parts
from inbox.envelope import Receipt
from inbox.events import SYSTEM, EventKind, record
from inbox.model import Conversation, Delivery, Inbox, Message, MessageState

TOPIC = "deliveries"
LEASE = timedelta(seconds=90)
HANDING_OVER = "handing_over"
LOOKING = "looking"  # whether the provider has it is looked up before anything else
LOOK_WAIT = 60.0  # seconds, so that the provider's list has what was taken
COPIES = "copies"  # the message is out; some of its copies are tried again
ONLY, REFUSED = "only", "refused"  # who of the copies waits; whom the server does not take, and why
REPEATED = "repeated"  # stays through other failures, so that "once" is once
UNKNOWN_WAIT = timedelta(minutes=10)
BACKOFF_SECONDS = (30, 60, 300, 900, 3600, 10800)  # then three hours each, to the end of the span
HOLDS_UP = timedelta(minutes=2)  # longer than any time in which a reply can be undone
SPAN = timedelta(hours=48)
LOOK_AFTER = (MessageState.FAILED, MessageState.UNKNOWN)
ON_THE_WAY = (MessageState.QUEUED, MessageState.SENDING)


def new(message: Message, request_id: str, due: datetime) -> Delivery:
    """One that waits until it is due."""
    return Delivery(
        message_id=message.id,
        conversation_id=message.conversation_id,
        inbox_id=message.inbox_id,
        request_id=request_id,
        not_before=due,
        due_from=due,
    )


def claim_due(
    session: Session,
    limit: int,
    *,
    closed: Collection[str] = (),
    keep: Callable[[Sequence[Delivery]], Sequence[Delivery]] = list,
) -> Sequence[Delivery]:
    """Due deliveries, the oldest of each conversation only, so that order is kept.

    The inboxes in `closed` are passed over, and `keep` says which of those found are wanted now.
    """
    moment = now(session)
    due = (
        sa.select(Delivery)
        .where(
            col(Delivery.state).in_(ON_THE_WAY),
            col(Delivery.not_before) <= moment,
            sa.or_(col(Delivery.lease_until).is_(None), col(Delivery.lease_until) < moment),
            col(Delivery.inbox_id).in_(sa.select(col(Inbox.id)).where(col(Inbox.enabled))),
            col(Delivery.inbox_id).not_in(closed),
            ~_is_blocked(moment),
        )
        .order_by(col(Delivery.not_before), col(Delivery.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = keep(list(session.execute(due).scalars()))
    for delivery in found:
        delivery.lease_until = moment + LEASE
        delivery.epoch += 1
        delivery.attempts += 1
        _move(session, delivery, MessageState.SENDING)
    return found


def _is_blocked(moment: datetime) -> sa.ColumnElement[bool]:
    """By an earlier one of its conversation.

    One that can still be undone holds up what follows; one that waits for its hour does not.
    """
    earlier = sa.orm.aliased(Delivery)
    return sa.exists().where(
        col(earlier.conversation_id) == col(Delivery.conversation_id),
        col(earlier.id) < col(Delivery.id),
        sa.or_(
            col(earlier.state) == MessageState.SENDING,
            sa.and_(
                col(earlier.state) == MessageState.QUEUED,
                col(earlier.not_before) <= moment + HOLDS_UP,
            ),
        ),
        col(earlier.stage) != COPIES,
    )


def hand_over(
    session: Session, delivery_id: str, epoch: int, seconds: float = LEASE.total_seconds()
) -> bool:
    """Note that the provider is about to be called, which may take so long.

    False for one whose lease was lost.
    """
    changed = session.execute(
        sa.update(Delivery)
        .where(
            col(Delivery.id) == delivery_id,
            col(Delivery.epoch) == epoch,
            col(Delivery.state) == MessageState.SENDING,
        )
        .values(stage=HANDING_OVER, lease_until=now(session) + timedelta(seconds=seconds))
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]


def was_handed_over(delivery: Delivery) -> bool:
    """A crash happened where "once" can't be known."""
    return delivery.stage == HANDING_OVER


def sent(session: Session, delivery_id: str, epoch: int, receipt: Receipt) -> None:
    delivery = _mine(session, delivery_id, epoch)
    if delivery is None:
        return
    addresses.mark_dead(
        session, {who: receipt.refused.get(who, "") for who in receipt.dead}, by=SYSTEM
    )
    message = session.get_one(Message, delivery.message_id)
    message.provider_id = receipt.provider_id[:500]
    session.add(message)
    if receipt.others:
        parts.note(session, message.inbox_id, message.id, receipt.others)
    refused = {**delivery.envelope.get(REFUSED, {}), **receipt.refused}
    reason = _sentence({**refused, **receipt.later})
    delivery.envelope = {REFUSED: refused} if refused else {}
    if receipt.later and clock.now() - delivery.due_from <= SPAN:
        delivery.envelope = {**delivery.envelope, ONLY: list(receipt.later)}
        _again(session, delivery, reason, COPIES)
        return
    settle(session, delivery, MessageState(receipt.state), reason=reason)


def put_off(
    session: Session, delivery_id: str, epoch: int, error: str, code: str, wait: float | None
) -> None:
    """A temporary failure: again later, up to the span; then it has failed."""
    delivery = _mine(session, delivery_id, epoch)
    if delivery is None:
        return
    delivery.error = error
    if delivery.error_code != REPEATED:
        delivery.error_code = code[:64]
    if clock.now() - delivery.due_from > SPAN:
        _end(session, delivery, MessageState.FAILED, error)
        return
    _again(session, delivery, error, COPIES if ONLY in delivery.envelope else "", wait)


def hurry(session: Session, inbox_id: str) -> None:
    """What waits for another try gets it now: the inbox was changed."""
    session.execute(
        sa.update(Delivery)
        .where(
            col(Delivery.inbox_id) == inbox_id,
            col(Delivery.state) == MessageState.SENDING,
            col(Delivery.lease_until).is_(None),
            col(Delivery.error_code) != REPEATED,
        )
        .values(not_before=clock.now())
        .execution_options(synchronize_session=False)
    )
    touch(session, TOPIC)


def _again(
    session: Session, delivery: Delivery, reason: str, stage: str, wait: float | None = None
) -> None:
    step = BACKOFF_SECONDS[min(delivery.attempts, len(BACKOFF_SECONDS)) - 1]
    delivery.not_before = clock.now() + timedelta(seconds=wait or step)
    delivery.stage, delivery.lease_until = stage, None
    session.add(delivery)
    message = session.get_one(Message, delivery.message_id)
    message.state_reason = reason
    session.add(message)


def _end(
    session: Session, delivery: Delivery, state: MessageState, reason: str, link: str = ""
) -> None:
    """A message is sent even if some of its copies are not."""
    waiting = delivery.envelope.get(ONLY, ())
    if waiting:
        delivery.envelope = {k: v for k, v in delivery.envelope.items() if k != ONLY}
        state = MessageState.SENT
        lost = dict.fromkeys(waiting, reason)
        reason = _sentence({**delivery.envelope.get(REFUSED, {}), **lost})
    settle(session, delivery, state, reason=reason, link=link)


def _sentence(whys: Mapping[str, str]) -> str:
    return "; ".join(f"{who}: {why}" for who, why in whys.items())


def failed(  # noqa: PLR0913  what is known of a failure
    session: Session,
    delivery_id: str,
    epoch: int,
    error: str,
    code: str,
    *,
    dead: Collection[str] = (),
    link: str = "",
) -> None:
    """`dead` are addresses that do not exist, as the provider says."""
    delivery = _mine(session, delivery_id, epoch)
    if delivery:
        addresses.mark_dead(session, dict.fromkeys(dead, error), by=SYSTEM)
        delivery.error, delivery.error_code = error, code[:64]
        _end(session, delivery, MessageState.FAILED, error, link)


def look_first(session: Session, delivery_id: str, epoch: int, error: str) -> None:
    """What became of it is asked before it is sent again; in the end a person decides."""
    delivery = _mine(session, delivery_id, epoch)
    if delivery is None:
        return
    delivery.error = error
    if clock.now() - delivery.due_from > SPAN:
        _end(session, delivery, MessageState.UNKNOWN, error)
        return
    _again(session, delivery, error, LOOKING, LOOK_WAIT)


def unknown(
    session: Session, delivery_id: str, epoch: int, error: str, *, repeatable: bool
) -> None:
    """Mail is repeated once with the same Message-ID; elsewhere a person decides."""
    delivery = _mine(session, delivery_id, epoch)
    if delivery is None:
        return
    delivery.error = error
    if repeatable and delivery.error_code != REPEATED:
        delivery.error_code, delivery.stage = REPEATED, ""
        delivery.not_before = clock.now() + UNKNOWN_WAIT
        delivery.lease_until = None
        session.add(delivery)
        return
    _end(session, delivery, MessageState.UNKNOWN, error)


def _mine(session: Session, delivery_id: str, epoch: int) -> Delivery | None:
    """The delivery, unless somebody claimed it after us."""
    delivery = session.get_one(Delivery, delivery_id)
    return delivery if delivery.epoch == epoch else None


def settle(
    session: Session, delivery: Delivery, state: MessageState, *, reason: str, link: str = ""
) -> None:
    """What is known already, or was overtaken by later news, is no event."""
    is_news = state.rank >= delivery.state.rank and state is not delivery.state
    delivery.lease_until = None
    delivery.stage = ""
    _move(session, delivery, state, reason=reason)
    touch(session, TOPIC)  # the next of the lane may go
    if not is_news:
        return
    message = session.get_one(Message, delivery.message_id)
    if link or "link" in message.extras:
        kept = {k: v for k, v in message.extras.items() if k != "link"}
        message.extras = kept | ({"link": link} if link else {})
    record(
        session,
        EventKind.DELIVERY_CHANGED,
        by=SYSTEM,
        conversation=session.get_one(Conversation, delivery.conversation_id),
        message_id=message.id,
        state=state,
        reason=reason,
    )


def _move(session: Session, delivery: Delivery, state: MessageState, *, reason: str = "") -> None:
    """Forward only: a rank never falls, on the delivery and on what the agent sees."""
    message = session.get_one(Message, delivery.message_id)
    if state.rank >= delivery.state.rank:
        if state is not delivery.state:  # what was looked after is not brought up again
            delivery.failed_at = clock.now() if state in LOOK_AFTER else None
        delivery.state = state
        message.state = state
        message.state_reason = reason
    session.add(delivery)
    session.add(message)
