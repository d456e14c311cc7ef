"""What waits longer than it should, by inbox: the figures behind every alarm."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock
from inbox.desk.deliveries import ON_THE_WAY
from inbox.model import Arrival, ArrivalState, Delivery, Event, Health, Inbox

LATE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and for how many seconds the oldest of them has."""

    number: int = 0
    seconds: float = 0.0

    @property
    def is_late(self) -> bool:
        return self.seconds > LATE.total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """An inbox that is switched on.

    `heartbeat`: seconds since who receives for it was heard; None where nobody has to.
    """

    inbox: Inbox
    heartbeat: float | None
    arrivals: Waiting
    deliveries: Waiting

    @property
    def is_silent(self) -> bool:
        return self.heartbeat is not None and self.heartbeat > LATE.total_seconds()

    @property
    def needs_a_look(self) -> bool:
        is_sick = self.inbox.health in (Health.TROUBLE, Health.NEEDS_LOGIN)
        return is_sick or self.is_silent or self.arrivals.is_late or self.deliveries.is_late


@dataclass(frozen=True, slots=True)
class Watch:
    inboxes: Sequence[Watched] = ()
    events: Waiting = Waiting()  # what happened, and rules and webhooks have not looked at

    @property
    def late(self) -> list[Watched]:
        """Inboxes in which somebody waits and nothing moves."""
        return [
            one
            for one in self.inboxes
            if one.arrivals.is_late or one.deliveries.is_late or one.is_silent
        ]

    @property
    def is_late(self) -> bool:
        return bool(self.late) or self.events.is_late


def look(session: Session) -> Watch:
    """Three small sums over what waits, each by its index; what waits for its hour is not late."""
    moment = clock.now()
    arrivals = _waiting(
        session, moment, Arrival.inbox_id, Arrival.created_at, Arrival.state == ArrivalState.NEW
    )
    deliveries = _waiting(
        session,
        moment,
        Delivery.inbox_id,
        Delivery.due_from,
        sa.and_(col(Delivery.state).in_(ON_THE_WAY), col(Delivery.due_from) <= moment),
    )
    enabled = select(Inbox).where(col(Inbox.enabled)).order_by(col(Inbox.name))
    inboxes = [
        Watched(
            inbox=inbox,
            heartbeat=(moment - (inbox.health_at or inbox.updated_at)).total_seconds(),
            arrivals=arrivals.get(inbox.id, Waiting()),
            deliveries=deliveries.get(inbox.id, Waiting()),
        )
        for inbox in session.exec(enabled)
    ]
    return Watch(inboxes, _events(session, moment))


def _waiting(
    session: Session, moment: datetime, inbox_id: Any, since: Any, waits: Any
) -> dict[str, Waiting]:
    summed = sa.select(inbox_id, sa.func.count(), sa.func.min(since)).where(waits)
    return {
        key: Waiting(number, max(0.0, (moment - oldest).total_seconds()))
        for key, number, oldest in session.execute(summed.group_by(inbox_id))
    }


def _events(session: Session, moment: datetime) -> Waiting:
    summed = sa.select(sa.func.count(), sa.func.min(Event.at)).where(
        col(Event.reacted_at).is_(None)
    )
    number, oldest = session.execute(summed).one()
    return Waiting(number, max(0.0, (moment - oldest).total_seconds())) if oldest else Waiting()
