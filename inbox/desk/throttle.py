"""How often something was tried by one key within a window: counted in one statement."""

import hashlib
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from inbox import clock, ids
from inbox.errors import RateLimited
from inbox.i18n import N_
from inbox.model import Throttle

WINDOW = timedelta(minutes=15)


def count(session: Session, kind: str, who: str, limit: int, window: timedelta = WINDOW) -> None:
    """RateLimited at the try after the `limit`th; parallel tries wait for each other's count."""
    now = clock.now()
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    is_over = col(Throttle.since) <= now - window
    statement = (
        dialect.insert(Throttle)
        .values(
            id=ids.new(), created_at=now, updated_at=now, key=_key(kind, who), tries=1, since=now
        )
        .on_conflict_do_update(
            index_elements=["key"],
            set_={
                "tries": sa.case((is_over, 1), else_=col(Throttle.tries) + 1),
                "since": sa.case((is_over, now), else_=col(Throttle.since)),
            },
        )
        .returning(col(Throttle.tries), col(Throttle.since))
    )
    tries, since = session.execute(statement).one()
    if tries > limit:
        wait = (since + window - now).total_seconds()
        raise RateLimited(N_("Too many tries. Wait a few minutes."), retry_after=max(wait, 1))


def forget(session: Session, kind: str, who: str) -> None:
    """It went well; and windows that are over go too, so that the table stays small."""
    session.execute(
        sa.delete(Throttle).where(
            col(Throttle.key).startswith(f"{kind}:"),
            (col(Throttle.key) == _key(kind, who)) | (col(Throttle.since) <= clock.now() - WINDOW),
        )
    )


def _key(kind: str, who: str) -> str:
    """A hash, so that the table is no list of addresses."""
    return f"{kind}:{hashlib.sha256(who.encode()).hexdigest()}"
