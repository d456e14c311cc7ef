"""The one writer of SQLite: what waits is committed together, long units alone and in between."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from sqlmodel import Session

from inbox.db.statements import topics
from inbox.trouble import NotStored, is_trouble

log = structlog.get_logger()

Result = TypeVar("Result")
Work = Callable[[Session], Result]

BATCH = 200

_Unit = tuple[Work[Any], Future[Any]]
_Answers = dict[Future[Any], tuple[Any, BaseException | None]]


class GroupCommit:
    """One thread, one connection; takes what waits into one transaction and survives anything."""

    def __init__(self, engine: sa.Engine, on_commit: Callable[[set[str]], None]) -> None:
        self.engine = engine
        self.on_commit = on_commit
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
        answers: _Answers = {}
        woken: set[str] = set()
        try:
            with _begun(self.engine, hasty=hasty) as connection:
                for work, future in batch:
                    answers[future], touched = _answer(connection, work)
                    woken |= touched
        except Exception as error:  # the commit failed: disk full, locked
            if not is_trouble(error):
                log.exception("commit_failed", units=len(batch))
            failure = NotStored()
            failure.__cause__ = error
            for _, future in batch:
                _, wrong = answers.get(future, (None, None))
                answers[future] = (None, wrong or failure)
            woken = set()
        for future, (result, wrong) in answers.items():
            future.set_exception(wrong) if wrong else future.set_result(result)
        if woken:
            self.on_commit(woken)


def _answer(
    connection: sa.Connection, work: Work[Any]
) -> tuple[tuple[Any, BaseException | None], set[str]]:
    """Result or error of a unit, and what it touched."""
    try:
        result, touched = _unit(connection, work)
    except Exception as error:
        if not _goes_on(connection):
            raise NotStored from error
        return (None, error), set()
    return (result, None), touched


def _goes_on(connection: sa.Connection) -> bool:
    """A full disk ends the whole transaction, and what follows would be one of its own."""
    return bool(getattr(connection.connection.driver_connection, "in_transaction", True))


def _unit(connection: sa.Connection, work: Work[Result]) -> tuple[Result, set[str]]:
    with (
        connection.begin_nested(),
        Session(
            connection, expire_on_commit=False, join_transaction_mode="rollback_only"
        ) as session,
    ):
        result = work(session)
        session.flush()
        return result, topics(session)


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
