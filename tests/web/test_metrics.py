"""Figures for those who run this, and for nobody else."""

from inbox.channels.api import ApiSettings
from inbox.desk import inboxes
from inbox.desk.inboxes import NewInbox
from inbox.envelope import RawItem
from inbox.events import SYSTEM
from inbox.web.metrics import _is_near


async def test_what_waits_is_counted(open_browser, services):
    new = NewInbox(name="Shop", kind="api", settings=ApiSettings())
    inbox = services.database.run(lambda s: inboxes.create(s, new, vault=services.vault, by=SYSTEM))
    await services.arrivals.record(inbox.id, [RawItem(external_id="1", content=b"{}")])
    answer = await (await open_browser()).get("/metrics")
    text = await answer.text()

    assert answer.status == 200
    assert 'inbox_arrivals{state="new"} 1' in text
    assert "inbox_events_waiting 1" in text
    assert "inbox_sockets 0" in text


def test_only_this_machine_and_the_proxies_are_near():
    assert _is_near("127.0.0.1", "")
    assert _is_near("10.1.2.3", "10.0.0.0/8, 192.0.2.0/24")
    assert not _is_near("10.1.2.3", "")
    assert not _is_near("nonsense", "10.0.0.0/8")
