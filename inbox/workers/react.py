"""What follows from what: each event walks one table of reactions, each in its own savepoint."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from inbox import clock
from inbox.db import now
from inbox.model import Event
from inbox.services import Services

log = structlog.get_logger()

BATCH = 100
TOGETHER = 10  # events a transaction: few commits, and nobody else waits long
LEASE = timedelta(seconds=60)

Reaction = Callable[[Session, Event], None]


class Reacting:
    """Reactions may be repeated after a crash, so each is written to do nothing twice."""

    def __init__(self, services: Services, reactions: dict[str, Reaction]) -> None:
        self.services = services
        self.reactions = reactions

    async def work(self) -> int:
        """How many events were reacted to."""
        claimed = await self.services.database.write(_claim)
        for first in range(0, len(claimed), TOGETHER):
            await self._react(claimed[first : first + TOGETHER])
        return len(claimed)

    async def _react(self, events: Sequence[Event]) -> None:
        """In one transaction; if that fails one by one, so that a bad one sinks only itself."""
        try:
            await self.services.database.write(partial(_react_to, self.reactions, events))
        except Exception:
            log.exception("reactions_failed", events=len(events))
            for event in events:
                await self._react_alone(event)

    async def _react_alone(self, event: Event) -> None:
        try:
            await self.services.database.write(partial(_react_to, self.reactions, [event]))
        except Exception as error:
            log.exception("reaction_failed", reacted_event=event.id)
            failures = [{"reaction": "", "error": repr(error)[:500]}]
            await self.services.database.write(partial(_done, event, failures))


def _claim(session: Session) -> list[Event]:
    moment = now(session)
    wanted = (
        select(Event)
        .where(
            col(Event.reacted_at).is_(None),
            sa.or_(col(Event.lease_until).is_(None), col(Event.lease_until) < moment),
        )
        .order_by(col(Event.seq))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    found = list(session.exec(wanted))
    for event in found:
        event.lease_until = moment + LEASE
        event.attempts += 1
        session.add(event)
    return found


def _react_to(reactions: dict[str, Reaction], events: Sequence[Event], session: Session) -> None:
    for event in events:
        tried = (_try(session, name, reaction, event) for name, reaction in reactions.items())
        _done(event, [failure for failure in tried if failure], session)


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


def _done(event: Event, failures: list[dict[str, str]], session: Session) -> None:
    session.execute(
        sa.update(Event)
        .where(col(Event.seq) == event.seq)
        .values(reacted_at=clock.now(), failures=failures)
        .execution_options(synchronize_session=False)
    )
