"""The health light of an inbox, with the reason, and leases on what one process looks after."""

from datetime import datetime, timedelta

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from inbox import clock
from inbox.db import now
from inbox.events import SYSTEM, EventKind, record
from inbox.model import Health, Inbox, Lease

LEASE = timedelta(seconds=15)


def note(session: Session, inbox_id: str, health: Health, reason: str = "") -> None:
    """An event only when the light or the reason changes."""
    inbox = session.get_one(Inbox, inbox_id)
    changed = (inbox.health, inbox.health_reason) != (health, reason[:500])
    inbox.health_at = clock.now()
    if changed:
        before = inbox.health
        inbox.health = health
        inbox.health_reason = reason[:500]
        record(
            session, EventKind.INBOX_HEALTH_CHANGED, by=SYSTEM, inbox_id=inbox.id,
            before=before, after=health, reason=inbox.health_reason,
        )  # fmt: skip
    session.add(inbox)


def prove(session: Session, inbox: Inbox) -> None:
    """Something came or went, so it works; what troubles are known stay till they are over."""
    if inbox.health is Health.UNKNOWN:
        note(session, inbox.id, Health.OK)


def hold(session: Session, name: str, owner: str) -> int | None:
    """Take or renew a lease; its epoch, or None while somebody else holds it."""
    moment = now(session)
    lease = session.get(Lease, name, with_for_update=True)
    if lease is None:
        session.execute(_insert(session, name, moment).on_conflict_do_nothing())
        lease = session.get_one(Lease, name, with_for_update=True)
    if lease.owner != owner:
        if lease.until > moment:
            return None
        lease.owner = owner
        lease.epoch += 1
    lease.until = moment + LEASE
    session.add(lease)
    return lease.epoch


def let_go(session: Session, name: str, owner: str) -> None:
    lease = session.get(Lease, name)
    if lease and lease.owner == owner:
        lease.until = now(session)
        session.add(lease)


def probe(session: Session) -> None:
    """The smallest real write."""
    moment = clock.now()
    again = _insert(session, "probe", moment).on_conflict_do_update(
        index_elements=["name"], set_={"until": moment}
    )
    session.execute(again)


def _insert(session: Session, name: str, moment: datetime) -> postgresql.Insert | sqlite.Insert:
    """A lease that nobody holds."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row = {"name": name, "owner": "", "epoch": 0, "until": moment}
    made: postgresql.Insert | sqlite.Insert = dialect.insert(Lease).values(row)
    return made
