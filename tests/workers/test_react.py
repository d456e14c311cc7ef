"""Each event walks every reaction once; one that fails leaves the others alone."""

from sqlmodel import select

from inbox.events import SYSTEM, EventKind, record
from inbox.model import Event, Tag
from inbox.workers.react import Reacting


async def test_a_failing_reaction_is_noted_and_undone_alone(desk) -> None:
    def fails(session, event) -> None:
        session.add(Tag(name="half"))
        session.flush()
        raise KeyError("a bug")

    def works(session, event) -> None:
        session.add(Tag(name="whole"))

    await desk.services.database.write(lambda s: record(s, EventKind.NOTE_ADDED, by=SYSTEM))
    reacting = Reacting(desk.services, {"fails": fails, "works": works})

    assert [await reacting.work(), await reacting.work()] == [1, 0]

    names, event = await desk.services.database.read(
        lambda s: ([t.name for t in s.exec(select(Tag))], s.exec(select(Event)).one())
    )
    assert names == ["whole"]
    assert [f["reaction"] for f in event.failures] == ["fails"]
    assert event.reacted_at is not None
