"""The health light of an inbox, with the reason, and leases on what one process looks after."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from inbox import clock
from inbox.db import now
from inbox.events import SYSTEM, EventKind, record
from inbox.i18n import cut, kept, restored
from inbox.model import Health, Inbox, Lease

LEASE = timedelta(seconds=15)
RECEIVING, SENDING = "receiving", "sending"
REASON_LIMIT = 500
_WORST = (Health.NEEDS_LOGIN, Health.TROUBLE)


def note(
    session: Session, inbox_id: str, health: Health, reason: str = "", *, side: str = RECEIVING
) -> None:
    """How one side of an inbox does; an event only when its light or the reason changes.

    Fetching that works says nothing about sending, so the one does not hide the other's trouble.
    """
    inbox = session.get_one(Inbox, inbox_id, with_for_update=True)
    troubles = {k: v for k, v in inbox.troubles.items() if k != side}
    if health in _WORST:
        troubles[side] = [health, kept(cut(reason, REASON_LIMIT))]
    if troubles != inbox.troubles:
        inbox.troubles = troubles
    if side == RECEIVING:
        inbox.health_at = clock.now()
    _show(session, inbox, *_worst(troubles, health))
    session.add(inbox)


def prove(session: Session, inbox: Inbox, *, side: str = RECEIVING) -> None:
    """Something came or went, so it works; of receiving, known troubles stay till they are over."""
    if inbox.health is Health.UNKNOWN or (side == SENDING and SENDING in inbox.troubles):
        note(session, inbox.id, Health.OK, side=side)


def forget(inbox: Inbox) -> None:
    """It was changed, so all is to be found out anew."""
    inbox.health, inbox.health_reason, inbox.troubles = Health.UNKNOWN, "", {}


def _worst(troubles: dict[str, list[Any]], otherwise: Health) -> tuple[Health, str]:
    found = [(Health(light), restored(why)) for light, why in troubles.values()]
    return min(found, key=lambda one: _WORST.index(one[0]), default=(otherwise, ""))


def _show(session: Session, inbox: Inbox, health: Health, reason: str) -> None:
    if (inbox.health, inbox.health_reason) == (health, reason):
        return
    before = inbox.health
    inbox.health, inbox.health_reason = health, reason
    record(
        session, EventKind.INBOX_HEALTH_CHANGED, by=SYSTEM, inbox_id=inbox.id,
        before=before, after=health, reason=reason,
    )  # fmt: skip


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


def holds(session: Session, name: str, owner: str, epoch: int) -> bool:
    """Whether it is still theirs, and was nobody else's meanwhile."""
    lease = session.get(Lease, name, with_for_update=True)
    return lease is not None and (lease.owner, lease.epoch) == (owner, epoch)


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
