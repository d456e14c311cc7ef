"""How the mailboxes are shared out among the processes that fetch: evenly, as they come and go."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox.db import now
from inbox.desk import health
from inbox.model import Lease

_HERE, _BEHIND = "fetches:", "fetches;"  # the names of their leases, and what sorts after all
FORGOTTEN = timedelta(days=1)


def share(session: Session, owner: str, count: int) -> int:
    """Says that this process is here; how many of `count` mailboxes it is to hold at the most."""
    health.hold(session, _HERE + owner, owner)
    session.flush()
    moment, ours = now(session), sa.and_(col(Lease.name) > _HERE, col(Lease.name) < _BEHIND)
    session.execute(sa.delete(Lease).where(ours, col(Lease.until) < moment - FORGOTTEN))
    here = sa.select(sa.func.count()).select_from(Lease).where(ours, col(Lease.until) > moment)
    processes: int = session.execute(here).scalar_one()
    return -(-count // max(1, processes))


def leave(session: Session, owner: str) -> None:
    session.execute(sa.delete(Lease).where(col(Lease.name) == _HERE + owner))
