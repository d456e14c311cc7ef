"""What follows from what: each event walks one table of reactions, each in its own transaction."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col, select

from inbox import clock
from inbox.db import now
from inbox.model import Event
from inbox.services import Services

log = structlog.get_logger()

BATCH = 100
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
        for event in claimed:
            failures = []
            for name, reaction in self.reactions.items():
                try:
                    await self.services.database.write(partial(_react, reaction, event))
                except Exception as error:
                    log.exception("reaction_failed", reaction=name, reacted_event=event.id)
                    failures.append({"reaction": name, "error": repr(error)[:500]})
            await self.services.database.write(partial(_done, event, failures))
        return len(claimed)


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


def _react(reaction: Reaction, event: Event, session: Session) -> None:
    reaction(session, event)


def _done(event: Event, failures: list[dict[str, str]], session: Session) -> None:
    session.execute(
        sa.update(Event)
        .where(col(Event.seq) == event.seq)
        .values(reacted_at=clock.now(), failures=failures)
        .execution_options(synchronize_session=False)
    )
