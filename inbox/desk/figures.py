"""Figures by which one sees whether the process keeps up."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from inbox import clock
from inbox.model import (
    Arrival,
    ArrivalState,
    Delivery,
    Event,
    MessageState,
    WebhookDelivery,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Queue:
    """How many rows are in each state, and for how many seconds the oldest has waited."""

    states: dict[str, int]
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Figures:
    arrivals: Queue
    deliveries: Queue
    webhooks: Queue
    events_waiting: int


def take(session: Session) -> Figures:
    waiting = sa.select(sa.func.count()).where(col(Event.reacted_at).is_(None))
    return Figures(
        arrivals=_queue(session, Arrival, ArrivalState.NEW, "created_at"),
        deliveries=_queue(session, Delivery, MessageState.QUEUED, "not_before"),
        webhooks=_queue(session, WebhookDelivery, MessageState.QUEUED, "not_before"),
        events_waiting=session.execute(waiting).scalar_one(),
    )


def _queue(session: Session, table: type[SQLModel], waits: str, since: str) -> Queue:
    columns = table.__table__.c  # type: ignore[attr-defined]
    counted = sa.select(columns.state, sa.func.count()).group_by(columns.state)
    oldest: datetime | None = session.execute(
        sa.select(columns[since]).where(columns.state == waits).order_by(columns[since]).limit(1)
    ).scalar()
    seconds = (clock.now() - oldest).total_seconds() if oldest else 0.0
    states = {str(state): number for state, number in session.execute(counted)}
    return Queue(states, max(0.0, seconds))
