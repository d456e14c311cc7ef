"""Quarantine: a person looks at what could not be understood."""

import pytest

from inbox.desk import arrivals, inboxes
from inbox.envelope import RawItem
from inbox.events import SYSTEM
from inbox.model import Arrival, ArrivalState

RAW = b"<script>alert(1)</script> not a mail at all"


@pytest.fixture
def arrival(services):
    settings = services.channels.validated("console", {})
    new = inboxes.NewInbox(name="Shop", kind="console", settings=settings)

    def work(session):
        inbox = inboxes.create(session, new, vault=services.vault, by=SYSTEM)
        item = RawItem(external_id="1", content=RAW)
        found = arrivals.store(session, inbox.id, [item], {})
        return arrivals.fail(session, found[0], "<b>No</b> header", final=True, by=SYSTEM)

    return services.database.run(work)


@pytest.fixture
async def admin(signed_in, owner):
    return await signed_in(owner)


def state(services, arrival):
    return services.database.look(lambda s: s.get(Arrival, arrival.id)).state


async def test_what_went_wrong_is_shown_as_text(admin, arrival):
    page = await (await admin.get("/settings/quarantine")).text()
    assert "&lt;b&gt;No&lt;/b&gt; header" in page


async def test_the_raw_bytes_are_for_saving_and_never_for_running(admin, arrival):
    answer = await admin.get(f"/settings/quarantine/{arrival.id}/raw")
    assert await answer.read() == RAW
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.content_type == "application/octet-stream"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_how_it_begins_is_shown_as_text(admin, arrival):
    page = await (await admin.get(f"/settings/quarantine/{arrival.id}")).text()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; not a mail at all" in page
    assert "<script>alert" not in page


async def test_it_is_seen_in_the_navigation_and_on_its_inbox(admin, arrival):
    page = await (await admin.get("/settings/inboxes")).text()
    assert 'href="/settings/quarantine"' in page
    assert "1 in quarantine" in page


async def test_a_released_arrival_is_tried_again(admin, arrival, services):
    await admin.post(f"/settings/quarantine/{arrival.id}/release")
    assert state(services, arrival) is ArrivalState.NEW
    again = await admin.post(f"/settings/quarantine/{arrival.id}/discard")
    assert again.status == 409


async def test_a_discarded_arrival_leaves_the_list(admin, arrival, services):
    await admin.post(f"/settings/quarantine/{arrival.id}/discard")
    assert state(services, arrival) is ArrivalState.DISCARDED
    assert "Nothing is in quarantine." in await (await admin.get("/settings/quarantine")).text()
