"""What is kept for a time only: removed in batches, each small enough to hold nobody up."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox import clock, ids
from inbox.desk.signing_in import IDLE
from inbox.model import (
    Arrival,
    ArrivalState,
    Event,
    MessageState,
    Record,
    RememberedAnswer,
    RuleRun,
    Throttle,
    WebhookDelivery,
)  # fmt: skip
from inbox.model import Session as SignedIn

BATCH = 500
RAWS = 100  # each becomes a file, flushed to the disk
LOOKED = 1000
LONGEST_WINDOW = timedelta(days=1)  # of any throttle
SETTLED = (ArrivalState.DONE, ArrivalState.IGNORED, ArrivalState.DISCARDED)
TOLD = (MessageState.SENT, MessageState.FAILED)


def rule_runs(session: Session, before: datetime) -> int:
    """Not those of events still to be reacted to: they keep a rule from running twice."""
    pending = sa.select(col(Event.id)).where(col(Event.reacted_at).is_(None))
    return _remove(session, RuleRun, before, col(RuleRun.event_id).not_in(pending))


def webhook_log(session: Session, before: datetime) -> int:
    """What is still to be told stays, however long its webhook is switched off."""
    return _remove(session, WebhookDelivery, before, col(WebhookDelivery.state).in_(TOLD))


def remembered_answers(session: Session, before: datetime) -> int:
    return _remove(session, RememberedAnswer, before)


def sessions(session: Session) -> int:
    """Those by which nobody can come in any more."""
    now = clock.now()
    over = sa.or_(col(SignedIn.expires_at) <= now, col(SignedIn.last_seen_at) <= now - IDLE)
    return _remove(session, SignedIn, now, over)


def throttles(session: Session) -> int:
    now = clock.now()
    return _remove(session, Throttle, now, col(Throttle.since) <= now - LONGEST_WINDOW)


def inline_raws(session: Session, before: datetime, after: str) -> tuple[Sequence[Any], str]:
    """Settled arrivals whose bytes stand in the row, as (id, raw), and how far was looked.

    New and quarantined ones are left alone: they are about to be read again.
    """
    looked = (
        sa.select(col(Arrival.id))
        .where(col(Arrival.id) > after, col(Arrival.id) < ids.first_at(before))
        .order_by(col(Arrival.id))
        .limit(LOOKED)
    )
    seen = list(session.execute(looked).scalars())
    if not seen:
        return [], ""
    wanted = (
        sa.select(col(Arrival.id), col(Arrival.raw))
        .where(
            col(Arrival.id).in_(seen),
            col(Arrival.raw).is_not(None),
            col(Arrival.state).in_(SETTLED),
        )
        .order_by(col(Arrival.id))
        .limit(RAWS)
    )
    found = session.execute(wanted).all()
    return found, found[-1][0] if len(found) == RAWS else seen[-1]


def moved(session: Session, digests: dict[str, str]) -> None:
    """Their bytes are safe in the file store; one that was taken up again keeps its own."""
    arrival = Arrival.__table__  # type: ignore[attr-defined]
    session.connection().execute(
        sa.update(arrival)
        .where(
            arrival.c.id == sa.bindparam("one"),
            sa.or_(*(arrival.c.state == state for state in SETTLED)),
        )
        .values(raw=None, digest=sa.bindparam("safe")),
        [{"one": one, "safe": digest} for one, digest in digests.items()],
    )


def _remove(session: Session, table: type[Record], before: datetime, *which: Any) -> int:
    """The oldest first, by the key alone: ids sort by age."""
    oldest = (
        sa.select(col(table.id))
        .where(col(table.id) < ids.first_at(before), *which)
        .order_by(col(table.id))
        .limit(BATCH)
    )
    removed = session.execute(
        sa.delete(table)
        .where(col(table.id).in_(oldest))
        .execution_options(synchronize_session=False)
    )
    return int(removed.rowcount)  # type: ignore[attr-defined]
