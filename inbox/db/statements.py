"""What units of work ask in one way on SQLite and in another on PostgreSQL, or many times over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from inbox import clock

TOPICS = "topics"


def touch(session: Session, topic: str) -> None:
    """Wake those who wait for `topic` once this transaction is committed."""
    session.info.setdefault(TOPICS, set()).add(topic)


def topics(session: Session) -> set[str]:
    """Those touched since this was asked last."""
    found: set[str] = session.info.pop(TOPICS, set())
    return found


def insert_many(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """All in one statement and past the ORM, whose cost a row is many times the database's."""
    if rows:
        session.connection().execute(sa.insert(table.__table__), rows)  # type: ignore[attr-defined]


def change_many(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Rows by their `id`, all with the same columns."""
    if not rows:
        return
    columns = table.__table__.c  # type: ignore[attr-defined]
    names = [name for name in rows[0] if name != "id"]
    statement = sa.update(table.__table__).where(  # type: ignore[attr-defined]
        columns.id == sa.bindparam("this_id")
    )
    session.connection().execute(
        statement.values({name: sa.bindparam(f"new_{name}") for name in names}),
        [{"this_id": row["id"], **{f"new_{name}": row[name] for name in names}} for row in rows],
    )


def claim(
    session: Session,
    table: type[SQLModel],
    due: sa.ColumnElement[bool],
    limit: int,
    lease: timedelta,
) -> list[str]:
    """Ids of up to `limit` due rows, oldest first, now leased to the caller and nobody else."""
    columns = table.__table__.c  # type: ignore[attr-defined]
    moment = now(session)
    free = sa.or_(columns.lease_until.is_(None), columns.lease_until < moment)
    wanted = (
        sa.select(columns.id)
        .where(due, free)
        .order_by(columns.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = list(session.execute(wanted).scalars())
    if found:
        session.execute(
            sa.update(table)
            .where(columns.id.in_(found))
            .values(lease_until=moment + lease)
            .execution_options(synchronize_session=False)
        )
    return found


def now(session: Session) -> datetime:
    """The time that leases are measured by: the database's own, where processes may disagree."""
    if session.get_bind().dialect.name == "sqlite":
        return clock.now()
    moment: datetime = session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return moment


def next_numbers(session: Session, count: int) -> list[int]:
    """The next `count` conversation numbers; gaps are fine, doubles are not."""
    if session.get_bind().dialect.name == "sqlite":
        highest = session.execute(sa.text("SELECT coalesce(max(number), 0) FROM conversation"))
        first = highest.scalar_one() + 1
        return list(range(first, first + count))
    drawn = session.execute(
        sa.text("SELECT nextval('conversation_number') FROM generate_series(1, :n)"), {"n": count}
    )
    return list(drawn.scalars())


def settled(session: Session) -> sa.ColumnElement[bool]:
    """True for events that no transaction still open can slip in before.

    PostgreSQL draws `seq` before the commit, so a reader by cursor could pass over a row that
    commits late; rows of transactions older than every running one are safe.
    """
    if session.get_bind().dialect.name == "sqlite":
        return sa.true()
    return sa.text("event.transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint")  # type: ignore[return-value]
