"""The workers together: what is there is worked off without a wait."""

import asyncio

from sqlmodel import col, select

from inbox.events import SYSTEM, EventKind
from inbox.model import Event, Message
from inbox.routing import rules
from inbox.workers.crew import Crew
from tests.workers.test_ingest import raw

MESSAGES = 70  # more than are reacted to in one transaction, less than are looked at
SOON_SECONDS = 12  # a wait for the next wake-up after each transaction would take three times that
RULE = rules.RuleValues(
    name="Late parcels",
    event_kind=EventKind.MESSAGE_RECEIVED,
    conditions={"all": [{"field": "message.text", "operator": "contains", "value": "late"}]},
    actions=[{"action": "set_priority", "parameters": {"priority": 3}}],
)


async def test_many_events_are_reacted_to_in_one_go(desk) -> None:
    await desk.services.database.write(lambda session: rules.add(session, RULE, by=SYSTEM))
    await desk.services.arrivals.record(desk.inbox.id, [raw(n) for n in range(MESSAGES)])
    crew = Crew(desk.services)
    crew.start()
    try:
        async with asyncio.timeout(SOON_SECONDS):
            while not await desk.services.database.read(is_done):
                await asyncio.sleep(0.1)
    finally:
        await crew.stop()


def is_done(session) -> bool:
    if len(session.exec(select(Message.id)).all()) < MESSAGES:
        return False
    waiting = select(Event.id).where(col(Event.reacted_at).is_(None)).limit(1)
    return session.exec(waiting).first() is None
