"""What follows from what: each event walks one table; a reaction that fails is undone alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from inbox import clock
from inbox.db import now
from inbox.model import Event
from inbox.services import Services
from inbox.trouble import is_trouble

log = structlog.get_logger()

BATCH = 100  # events looked at in a transaction
TOGETHER = 20  # of them those that anybody cares for: nobody else waits long
LEASE = timedelta(seconds=60)

Reaction = Callable[[Session, Event], None]


@dataclass(frozen=True, slots=True)
class Head:
    """As much of an event as tells whether anybody cares for it."""

    seq: int
    kind: str
    inbox_id: str | None


class Together(Protocol):
    """What the events of one transaction share."""

    def matters(self, head: Head) -> bool: ...
    def begin(self, events: Sequence[Event]) -> None: ...
    def end(self) -> None: ...


class Reacting:
    """Reactions may be repeated after a crash, so each is written to do nothing twice."""

    def __init__(
        self,
        services: Services,
        reactions: Mapping[str, Reaction],
        together: Callable[[Session, Sequence[Head]], Together] | None = None,
    ) -> None:
        self.services = services
        self.reactions = reactions
        self.together = together or _Everything

    async def work(self) -> int:
        """How many events were reacted to: in one transaction, or one by one if that fails."""
        write = self.services.database.write
        try:
            return await write(partial(_react, self.reactions, self.together), behind=True)
        except Exception as error:
            if is_trouble(error):  # of the database, and no reaction's fault
                raise
            log.exception("reactions_failed")
        claimed = await write(_claim)
        for event in claimed:
            await self._react_alone(event)
        return len(claimed)

    async def _react_alone(self, event: Event) -> None:
        try:
            await self.services.database.write(partial(_try_each, self.reactions, event))
        except Exception as error:
            if is_trouble(error):
                raise
            log.exception("reaction_failed", reacted_event=event.id)
            failures = [{"reaction": "", "error": repr(error)[:500]}]
            await self.services.database.write(partial(_done, [event.seq], failures))


class _Everything:
    """For reactions that share nothing."""

    def __init__(self, _session: Session, _heads: Sequence[Head]) -> None: ...

    def matters(self, _head: Head) -> bool:
        return True

    def begin(self, events: Sequence[Event]) -> None: ...

    def end(self) -> None: ...


def _react(
    reactions: Mapping[str, Reaction],
    together: Callable[[Session, Sequence[Head]], Together],
    session: Session,
) -> int:
    """Up to the last event of as many as are done at once; what nobody cares for costs little."""
    heads = _pending(session)
    if not heads:
        return 0
    shared = together(session, heads)
    wanted = [head.seq for head in heads if shared.matters(head)][:TOGETHER]
    if len(wanted) == TOGETHER:
        heads = [head for head in heads if head.seq <= wanted[-1]]
    if wanted:
        query = select(Event).where(col(Event.seq).in_(wanted)).order_by(col(Event.seq))
        events = session.exec(query).all()
        shared.begin(events)
        for event in events:
            for reaction in reactions.values():
                reaction(session, event)
        shared.end()
    _done([head.seq for head in heads], [], session)
    return len(heads)


def _pending(session: Session) -> list[Head]:
    """Ours until the commit; what another process reacts to just now is left to it."""
    rows = session.execute(
        sa.select(col(Event.seq), col(Event.kind), col(Event.inbox_id))
        .where(*_free(session))
        .order_by(col(Event.seq))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return [Head(*row) for row in rows]


def _claim(session: Session) -> list[Event]:
    """The oldest, leased to the caller, to be reacted to one by one."""
    wanted = select(Event).where(*_free(session)).order_by(col(Event.seq)).limit(TOGETHER)
    found = list(session.exec(wanted.with_for_update(skip_locked=True)))
    for event in found:
        event.lease_until = now(session) + LEASE
        event.attempts += 1
        session.add(event)
    return found


def _free(session: Session) -> tuple[sa.ColumnElement[bool], ...]:
    lease = col(Event.lease_until)
    return col(Event.reacted_at).is_(None), sa.or_(lease.is_(None), lease < now(session))


def _try_each(reactions: Mapping[str, Reaction], event: Event, session: Session) -> None:
    tried = [_try(session, name, reaction, event) for name, reaction in reactions.items()]
    _done([event.seq], [failure for failure in tried if failure], session)


def _try(session: Session, name: str, reaction: Reaction, event: Event) -> dict[str, str] | None:
    """What went wrong; a reaction that fails is undone, and the others stand."""
    try:
        with session.begin_nested():
            reaction(session, event)
    except OperationalError:  # the database's trouble, for which the whole is tried again
        raise
    except Exception as error:
        log.exception("reaction_failed", reaction=name, reacted_event=event.id)
        return {"reaction": name, "error": repr(error)[:500]}
    return None


def _done(seqs: Sequence[int | None], failures: list[dict[str, str]], session: Session) -> None:
    session.execute(
        sa.update(Event)
        .where(col(Event.seq).in_(seqs))
        .values(reacted_at=clock.now(), failures=failures)
        .execution_options(synchronize_session=False)
    )
