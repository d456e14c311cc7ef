"""The database: units of work as plain functions, run on a thread with a session of their own.

A unit of work is `work(session) -> result`. It never awaits, so no transaction can be held open
over the network. On SQLite one thread owns the writing connection and commits what has queued up
in one transaction (group commit); on PostgreSQL each unit is a transaction and the server groups.
"""

import asyncio
import functools
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, SQLModel

from inbox import clock
from inbox.errors import Unavailable
from inbox.migrations.upgrade import upgrade

log = structlog.get_logger()

Result = TypeVar("Result")
Work = Callable[[Session], Result]

BATCH = 200
THREADS = 8
READERS = 4
BUSY_MILLISECONDS = 10_000
TRIES = 3
TRANSIENT = ("40001", "40P01")  # serialization failure, deadlock
TOPICS = "topics"


class Database:
    """`on_commit` is told, on the committing thread, which topics a transaction touched."""

    def __init__(self, url: str, on_commit: Callable[[set[str]], None] | None = None) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.on_commit = on_commit or _nobody_listens
        if self.is_sqlite:
            self.engine = _sqlite_engine(url, begin="BEGIN IMMEDIATE", pool_size=2)
            self._reading = _sqlite_engine(url, begin="BEGIN", pool_size=READERS)
        else:
            self.engine = sa.create_engine(
                url, pool_size=THREADS, max_overflow=READERS, pool_pre_ping=True
            )
            self._reading = self.engine
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="database")
        self._writer = _GroupCommit(self) if self.is_sqlite else None

    async def write(self, work: Work[Result], *, behind: bool = False) -> Result:
        """Run `work` in a transaction and answer after its commit.

        `behind` is for the long units of workers, whose results can be had again from what was
        promised before. Nobody shares a transaction with one or waits for more than one, and they
        don't wait for the disk: the next commit that does takes them along, in their order.
        """
        if self._writer:
            future = self._writer.submit(work, behind=behind)
            return await asyncio.shield(asyncio.wrap_future(future))
        return await asyncio.shield(self._in_thread(self.run, _hasty(work) if behind else work))

    async def read(self, work: Work[Result]) -> Result:
        """Run `work` on a snapshot that it can't change."""
        return await self._in_thread(self.look, work)

    def run(self, work: Work[Result]) -> Result:
        """As `write`, in the caller's thread; for commands and tests."""
        for attempt in range(1, TRIES + 1):
            try:
                with self.transaction() as session:
                    return work(session)
            except OperationalError as error:
                if attempt == TRIES or getattr(error.orig, "sqlstate", "") not in TRANSIENT:
                    raise
        raise AssertionError("unreachable")

    def look(self, work: Work[Result]) -> Result:
        """As `read`, in the caller's thread."""
        with Session(self._reading, expire_on_commit=False) as session:
            return work(session)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Leaving by an exception rolls back, always."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session
            session.flush()
            topics = _topics(session)
        self.on_commit(topics)

    def create(self) -> None:
        """Bring the schema to its newest form, from empty as well; safe to call at every start."""
        upgrade(self.engine)

    async def close(self) -> None:
        if self._writer:
            await asyncio.to_thread(self._writer.stop)
        await asyncio.to_thread(self._threads.shutdown)
        self.engine.dispose()
        self._reading.dispose()

    async def _in_thread(self, function: Callable[..., Result], *arguments: Any) -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, functools.partial(function, *arguments))


_Unit = tuple[Work[Any], Future[Any]]


class _GroupCommit:
    """One thread, one connection; takes what waits into one transaction and survives anything."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.waiting: queue.SimpleQueue[tuple[_Unit, bool] | None] = queue.SimpleQueue()
        self.thread = threading.Thread(target=self._forever, name="writer", daemon=True)
        self.started = threading.Lock()

    def submit(self, work: Work[Result], *, behind: bool) -> Future[Result]:
        with self.started:
            if not self.thread.is_alive():
                self.thread.start()
        future: Future[Result] = Future()
        self.waiting.put(((work, future), behind))
        return future

    def stop(self) -> None:
        if self.thread.is_alive():
            self.waiting.put(None)
            self.thread.join()

    def _forever(self) -> None:
        """In turns: all of those that somebody waits for, then one of those that come behind."""
        short: deque[_Unit] = deque()
        long: deque[_Unit] = deque()
        stopping = False
        while short or long or not stopping:
            while not self.waiting.empty() or not (short or long or stopping):
                item = self.waiting.get()
                if item is None:
                    stopping = True
                    continue
                unit, behind = item
                (long if behind else short).append(unit)
            if short:
                self._commit([short.popleft() for _ in range(min(BATCH, len(short)))])
            if long:
                self._commit([long.popleft()], hasty=True)

    def _commit(self, batch: Sequence[_Unit], *, hasty: bool = False) -> None:
        """Answers are given after the commit; a failing unit is undone alone."""
        answers: list[tuple[Future[Any], Any, BaseException | None]] = []
        topics: set[str] = set()
        try:
            with _begun(self.database.engine, hasty=hasty) as connection:
                for work, future in batch:
                    try:
                        result, touched = _unit(connection, work)
                        answers.append((future, result, None))
                        topics |= touched
                    except Exception as error:  # noqa: BLE001  it belongs to the caller
                        answers.append((future, None, error))
        except Exception:  # the commit failed: disk full, locked
            log.exception("commit_failed", units=len(batch))
            failure = Unavailable("The database could not store this. Try again.")
            answers = [(future, None, wrong or failure) for future, _, wrong in answers] or [
                (future, None, failure) for _, future in batch
            ]
            topics = set()
        for future, result, wrong in answers:
            future.set_exception(wrong) if wrong else future.set_result(result)
        if topics:
            self.database.on_commit(topics)


def _unit(connection: sa.Connection, work: Work[Result]) -> tuple[Result, set[str]]:
    with (
        connection.begin_nested(),
        Session(
            connection, expire_on_commit=False, join_transaction_mode="rollback_only"
        ) as session,
    ):
        result = work(session)
        session.flush()
        return result, _topics(session)


@contextmanager
def _begun(engine: sa.Engine, *, hasty: bool) -> Iterator[sa.Connection]:
    """A transaction on a connection that waits for the disk at its commit, unless it is hasty."""
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw
        if hasty:
            raw.execute("PRAGMA synchronous=NORMAL")
        try:
            with connection.begin():
                yield connection
        finally:
            if hasty:
                raw.execute("PRAGMA synchronous=FULL")


def _hasty(work: Work[Result]) -> Work[Result]:
    def hasty(session: Session) -> Result:
        session.execute(sa.text("SET LOCAL synchronous_commit TO off"))
        return work(session)

    return hasty


def _nobody_listens(_topics: set[str]) -> None:
    """Before anybody does; commands need no wake-ups."""


def touch(session: Session, topic: str) -> None:
    """Wake those who wait for `topic` once this transaction is committed."""
    session.info.setdefault(TOPICS, set()).add(topic)


def _topics(session: Session) -> set[str]:
    topics: set[str] = session.info.pop(TOPICS, set())
    return topics


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


def _sqlite_engine(url: str, *, begin: str, pool_size: int) -> sa.Engine:
    engine = sa.create_engine(
        url,
        poolclass=sa.QueuePool,
        pool_size=pool_size,
        max_overflow=THREADS,
        connect_args={"check_same_thread": False, "timeout": BUSY_MILLISECONDS / 1000},
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, so that it is immediate
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_MILLISECONDS}",
            "cache_size=-20000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def start(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


__all__ = [
    "Database", "Session", "Work", "change_many", "claim", "insert_many", "next_numbers", "now",
    "settled", "touch",
]  # fmt: skip
