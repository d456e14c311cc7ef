"""The worker that compares mailboxes with what is stored."""

from typing import Any

import pytest
from sqlmodel import col, select

from inbox.channels import registry
from inbox.channels.base import TemporaryFailure
from inbox.envelope import RawItem
from inbox.events import EventKind
from inbox.model import Arrival, Event, Inbox
from inbox.testing import FakeChannel
from inbox.workers.comparing import Comparing


class Compared(FakeChannel):
    """A mailbox with the mails 1 to 3."""

    async def compare(self, checkpoint: Any, known: Any, record: Any) -> int:
        if self.failures:
            raise self.failures.popleft()
        seen = await known("", 7)
        missing = [uid for uid in (1, 2, 3) if uid not in seen]
        await record([item(uid) for uid in missing], checkpoint)
        return 3


def item(uid: int) -> RawItem:
    return RawItem(external_id=f"<{uid}@x>", content=b"{}", meta={"uid": uid, "uidvalidity": 7})


@pytest.fixture
async def channel(desk, monkeypatch) -> Compared:
    monkeypatch.setattr(registry, "kinds", lambda: {"email": Compared})

    def work(session) -> None:
        session.delete(session.get_one(Inbox, desk.inbox.id))
        desk.inbox = Inbox(
            name="Mail", kind="email", slug="mail", checkpoint={"uid": 3}, check_wanted=True
        )
        session.add(desk.inbox)

    await desk.services.database.write(work)
    found = desk.services.channels.of(desk.inbox)
    assert isinstance(found, Compared)
    return found


async def checked(desk) -> dict[str, Any]:
    inbox = await desk.services.database.read(lambda s: s.get_one(Inbox, desk.inbox.id))
    return inbox.checked


async def test_what_was_missed_is_stored_like_any_mail_and_told(desk, channel) -> None:
    await desk.services.arrivals.record(desk.inbox.id, [item(1), item(3)], {"uid": 3}, 1)

    assert await Comparing(desk.services).work() == 1

    found = await checked(desk)
    assert (found["looked"], found["missed"], found["external_ids"]) == (3, 1, ["<2@x>"])
    query = select(Arrival.external_id).order_by(col(Arrival.external_id))
    names = await desk.services.database.read(lambda s: s.exec(query).all())
    assert names == ["<1@x>", "<2@x>", "<3@x>"]
    kinds = await desk.services.database.read(lambda s: s.exec(select(Event.kind)).all())
    assert EventKind.MAIL_MISSED in kinds


async def test_the_second_time_nothing_is_missed(desk, channel) -> None:
    await desk.services.arrivals.record(desk.inbox.id, [item(n) for n in (1, 2, 3)], {"uid": 3}, 1)
    comparing = Comparing(desk.services)

    assert [await comparing.work(), await comparing.work()] == [1, 0]
    assert (await checked(desk))["missed"] == 0


async def test_trouble_with_the_mailbox_is_said_and_not_taken_for_a_gap(desk, channel) -> None:
    channel.failures.append(TemporaryFailure("The link was lost."))

    await Comparing(desk.services).work()

    found = await checked(desk)
    assert (found["error"], found["missed"]) == ("The link was lost.", 0)
