"""Raw first: what a channel hands over is stored before anybody is told that we have it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from inbox import clock, ids
from inbox.db import now, touch
from inbox.desk import seen_mail
from inbox.envelope import RawItem
from inbox.errors import Conflict, NotFound
from inbox.events import SYSTEM, Actor, EventKind, record
from inbox.model import Arrival, ArrivalState, Inbox

TOPIC = "arrivals"
LEASE = timedelta(seconds=120)
TRIES = 3
DEADLY = 2 * TRIES  # claims without an outcome: the last three of them alone
INLINE_BYTES = 32 * 1024  # larger raw bytes go to the file store before this transaction


def store(
    session: Session, inbox_id: str, items: Sequence[RawItem], digests: Mapping[str, str]
) -> list[str]:
    """The arrivals' ids, in order; one that came before keeps its id, one that was erased has none.

    `digests` maps the external ids of large items to where the file store has their bytes.
    """
    moment = clock.now()
    gone = seen_mail.erased(session, inbox_id, items)
    rows = [
        _row(inbox_id, item, digests.get(item.external_id, ""), moment)
        for item in items
        if item.external_id not in gone
    ]
    seen_mail.note(session, inbox_id, items)
    if not rows:
        return [""] * len(items)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    insert = dialect.insert(Arrival.__table__).on_conflict_do_nothing()  # type: ignore[attr-defined]
    added = session.connection().execute(insert, rows).rowcount  # not by the ORM, for its cost
    touch(session, TOPIC)
    if added == len(items):
        return [row["id"] for row in rows]
    known = session.execute(
        sa.select(col(Arrival.external_id), col(Arrival.id)).where(
            col(Arrival.inbox_id) == inbox_id,
            col(Arrival.external_id).in_([row["external_id"] for row in rows]),
        )
    )
    found = dict(known.all())
    return [found.get(item.external_id[:500], "") for item in items]


def move_checkpoint(
    session: Session, inbox_id: str, checkpoint: Mapping[str, Any], epoch: int
) -> None:
    """In the transaction of the arrivals before it; one who lost the lease is refused."""
    changed = session.execute(
        sa.update(Inbox)
        .where(col(Inbox.id) == inbox_id, col(Inbox.checkpoint_epoch) <= epoch)
        .values(checkpoint=dict(checkpoint), checkpoint_epoch=epoch)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Another process looks after this inbox now.")


@dataclass(frozen=True, slots=True)
class Claimed:
    """An arrival to understand, as it was when it was claimed."""

    id: str
    inbox_id: str
    external_id: str
    raw: bytes | None
    digest: str
    size: int
    meta: Mapping[str, Any]
    attempts: int


def claim_new(session: Session, limit: int) -> list[Claimed]:
    """Arrivals to understand, leased to the caller; the attempt is counted before the try.

    Those of an inbox that is switched off wait until it is switched on.
    """
    awake = sa.select(col(Inbox.id)).where(col(Inbox.enabled))
    moment = now(session)
    columns = Arrival.__table__.c  # type: ignore[attr-defined]
    lease = columns.lease_until
    wanted = (
        sa.select(*(columns[each.name] for each in fields(Claimed)))
        .where(columns.state == ArrivalState.NEW, sa.or_(lease.is_(None), lease < moment))
        .where(columns.inbox_id.in_(awake))
        .order_by(columns.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = [Claimed(*row) for row in session.execute(wanted)]
    if found:
        session.execute(
            sa.update(Arrival)
            .where(col(Arrival.id).in_([each.id for each in found]))
            .values(lease_until=moment + LEASE, attempts=col(Arrival.attempts) + 1)
            .execution_options(synchronize_session=False)
        )
    return [replace(each, attempts=each.attempts + 1) for each in found]


def suspects(session: Session) -> int:
    """How many were claimed three times without an outcome: one of them may stop the process.

    Such are to be tried alone; one that ended no try even so is set aside for a person.
    """
    moment = now(session)
    found = session.exec(
        select(Arrival).where(
            Arrival.state == ArrivalState.NEW,
            sa.or_(col(Arrival.lease_until).is_(None), col(Arrival.lease_until) < moment),
            col(Arrival.attempts) >= TRIES,
        )
    ).all()
    for arrival in found:
        if arrival.attempts >= DEADLY:
            error = "Each time this was read, the process stopped before it was done."
            fail(session, arrival.id, error, final=True, by=SYSTEM)
    if found:
        touch(session, TOPIC)
    return sum(arrival.state is ArrivalState.NEW for arrival in found)


def finish(session: Session, arrival_ids: Sequence[str], state: ArrivalState) -> None:
    if not arrival_ids:
        return
    session.execute(
        sa.update(Arrival)
        .where(col(Arrival.id).in_(arrival_ids))
        .values(state=state, lease_until=None, error="")
        .execution_options(synchronize_session=False)
    )


def put_off(session: Session, arrival_ids: Collection[str], seconds: float) -> None:
    """To be tried again, not before this time has passed."""
    session.execute(
        sa.update(Arrival)
        .where(col(Arrival.id).in_(arrival_ids))
        .values(lease_until=now(session) + timedelta(seconds=seconds))
        .execution_options(synchronize_session=False)
    )


def give_back(session: Session, arrival_ids: Collection[str]) -> None:
    """As if they had not been claimed: what stopped us was none of their doing."""
    session.execute(
        sa.update(Arrival)
        .where(
            col(Arrival.id).in_(arrival_ids),
            col(Arrival.state) == ArrivalState.NEW,
            col(Arrival.attempts) > 0,
        )
        .values(lease_until=None, attempts=col(Arrival.attempts) - 1)
        .execution_options(synchronize_session=False)
    )


def fail(
    session: Session, arrival_id: str, error: str, *, final: bool, wait: float = 0, by: Actor
) -> Arrival:
    """Try again after `wait` seconds, or set aside for a person when the tries are used up."""
    arrival = get(session, arrival_id)
    arrival.error = error
    arrival.lease_until = now(session) + timedelta(seconds=wait) if wait else None
    if final or arrival.attempts >= TRIES:
        arrival.state = ArrivalState.QUARANTINED
        _tell(session, EventKind.ARRIVAL_QUARANTINED, arrival, by, error=arrival.error)
    session.add(arrival)
    touch(session, TOPIC)
    return arrival


def release(session: Session, arrival_id: str, *, by: Actor) -> Arrival:
    """Let a quarantined arrival be tried again, after a fix."""
    arrival = _take_out(session, arrival_id, ArrivalState.NEW, by)
    arrival.attempts = 0
    arrival.lease_until = None
    touch(session, TOPIC)
    return arrival


def discard(session: Session, arrival_id: str, *, by: Actor) -> Arrival:
    """Throw a quarantined arrival away; the raw bytes stay for the record."""
    return _take_out(session, arrival_id, ArrivalState.DISCARDED, by)


def quarantined(session: Session) -> dict[str, int]:
    """Of each inbox in which there are any."""
    query = (
        sa.select(col(Arrival.inbox_id), sa.func.count())
        .where(col(Arrival.state) == ArrivalState.QUARANTINED)
        .group_by(col(Arrival.inbox_id))
    )
    return dict(session.execute(query).all())


def get(session: Session, arrival_id: str) -> Arrival:
    arrival = session.get(Arrival, arrival_id)
    if arrival is None:
        raise NotFound("There is no such arrival.")
    return arrival


def _take_out(session: Session, arrival_id: str, to: ArrivalState, by: Actor) -> Arrival:
    arrival = get(session, arrival_id)
    if arrival.state is not ArrivalState.QUARANTINED:
        raise Conflict("This arrival is not in quarantine any more.")
    arrival.state = to
    session.add(arrival)
    is_gone = {"discarded": True} if to is ArrivalState.DISCARDED else {}
    _tell(session, EventKind.ARRIVAL_RELEASED, arrival, by, **is_gone)
    return arrival


def _tell(
    session: Session, kind: EventKind, arrival: Arrival, by: Actor, **particulars: Any
) -> None:
    record(session, kind, by=by, inbox_id=arrival.inbox_id, arrival_id=arrival.id, **particulars)


def _row(inbox_id: str, item: RawItem, digest: str, moment: Any) -> dict[str, Any]:
    return {
        "id": ids.new(),
        "created_at": moment,
        "updated_at": moment,
        "inbox_id": inbox_id,
        "external_id": item.external_id[:500],
        "raw": None if digest else item.content,
        "digest": digest,
        "size": item.size,
        "meta": dict(item.meta),
        "state": ArrivalState.NEW,
        "attempts": 0,
        "error": "",
    }
