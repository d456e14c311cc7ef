"""How often something was tried by one key within a window: counted in one statement."""

import hashlib
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

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


def slow_down(session: Session, kind: str, who: str, free: int) -> None:
    """After the `free` tries of a window each next one waits twice as long as the one before.

    Refused ones don't count, or whoever goes on trying would keep everybody out.
    """
    now, key = clock.now(), _key(kind, who)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row = {"id": ids.new(), "created_at": now, "updated_at": now, "key": key, "since": now}
    session.execute(
        dialect.insert(Throttle)
        .values(**row, tries=0)
        .on_conflict_do_nothing(index_elements=["key"])
    )
    found = session.exec(select(Throttle).where(Throttle.key == key).with_for_update()).one()
    tries, since = found.tries, found.since
    if since <= now - WINDOW:
        tries, since = 0, now
    if tries >= free:
        wait = min(timedelta(seconds=2 ** min(tries - free, 20)), WINDOW)
        left = (found.updated_at + wait - now).total_seconds()
        if left > 0:
            raise RateLimited(N_("Too many tries. Wait a few minutes."), retry_after=left)
    session.execute(
        sa.update(Throttle)
        .where(col(Throttle.key) == key)
        .values(tries=tries + 1, since=since, updated_at=now)
        .execution_options(synchronize_session=False)
    )


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
