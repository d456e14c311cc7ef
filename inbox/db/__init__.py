"""The database: units of work as plain functions, run on a thread with a session of their own.

A unit of work is `work(session) -> result`. It never awaits, so no transaction can be held open
over the network. On SQLite one thread owns the writing connection and commits what has queued up
in one transaction (group commit); on PostgreSQL each unit is a transaction and the server groups.
"""

import asyncio
import functools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from inbox.db.group_commit import GroupCommit, Result, Work
from inbox.db.outage import Outage
from inbox.db.statements import (
    change_many,
    claim,
    insert_many,
    next_numbers,
    now,
    settled,
    topics,
    touch,
)
from inbox.migrations.upgrade import upgrade

THREADS = 8
READERS = 4
BUSY_MILLISECONDS = 10_000
CONNECT_SECONDS = 6
TRIES = 3
TRANSIENT = ("40001", "40P01")  # serialization failure, deadlock


class Database:
    """`on_commit` is told, on the committing thread, which topics a transaction touched."""

    def __init__(self, url: str, on_commit: Callable[[set[str]], None] | None = None) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.on_commit = on_commit or _nobody_listens
        self.outage = Outage()
        if self.is_sqlite:
            self.engine = _sqlite_engine(url, begin="BEGIN IMMEDIATE", pool_size=2)
            self._reading = _sqlite_engine(url, begin="BEGIN", pool_size=READERS)
        else:
            self.engine = sa.create_engine(
                url,
                pool_size=THREADS,
                max_overflow=READERS,
                pool_pre_ping=True,
                connect_args={}
                if "connect_timeout" in url
                else {"connect_timeout": CONNECT_SECONDS},
            )
            self._reading = self.engine
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="database")
        self._writer = GroupCommit(self.engine, self.on_commit) if self.is_sqlite else None

    async def write(self, work: Work[Result], *, behind: bool = False) -> Result:
        """Run `work` in a transaction and answer after its commit.

        `behind` is for the long units of workers, whose results can be had again from what was
        promised before. Nobody shares a transaction with one or waits for more than one, and they
        don't wait for the disk: the next commit that does takes them along, in their order.
        """
        with self.outage.watched(writes=True):
            if self._writer:
                future = self._writer.submit(work, behind=behind)
                return await asyncio.shield(asyncio.wrap_future(future))
            return await asyncio.shield(self._in_thread(self.run, _hasty(work) if behind else work))

    async def read(self, work: Work[Result]) -> Result:
        """Run `work` on a snapshot that it can't change."""
        with self.outage.watched(writes=False):
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
    def snapshot(self) -> Iterator[sa.Connection]:
        """One view of everything, as it was when the first row was read."""
        engine = self._reading
        if not self.is_sqlite:
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with engine.connect() as connection:
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Leaving by an exception rolls back, always."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session
            session.flush()
            touched = topics(session)
        self.on_commit(touched)

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


def _hasty(work: Work[Result]) -> Work[Result]:
    def hasty(session: Session) -> Result:
        session.execute(sa.text("SET LOCAL synchronous_commit TO off"))
        return work(session)

    return hasty


def _nobody_listens(_topics: set[str]) -> None:
    """Before anybody does; commands need no wake-ups."""


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
