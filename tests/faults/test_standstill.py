"""N15, R21: what stands still is seen by everybody, and by who is paged, within a quarter hour."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import orjson
import pytest
from sqlmodel import Session, SQLModel, select

from inbox import clock
from inbox.cli import admin
from inbox.desk import watch
from inbox.model import Arrival, Delivery, Event, Inbox
from inbox.web.realtime import HUB
from tests.faults.shop import Shop, mail, until
from tests.faults.site import Site, open_site

BANNER = "Some messages have waited for more than a quarter of an hour."
LATE = watch.LATE + timedelta(minutes=1)


@pytest.fixture
async def site(shop: Shop) -> AsyncIterator[Site]:
    async with open_site(shop.services) as opened:
        yield opened


@pytest.fixture
async def inbox(shop: Shop) -> Inbox:
    """Fetched from nowhere, by nobody."""
    return await shop.mailbox(imap_host="127.0.0.1", imap_port=9, smtp_host="127.0.0.1")


async def age(shop: Shop, table: type[SQLModel], column: str, by: timedelta = LATE) -> None:
    def work(session: Session) -> None:
        for row in session.exec(select(table)):
            if getattr(row, column) is not None:
                setattr(row, column, getattr(row, column) - by)
                session.add(row)

    await shop.services.database.write(work)


async def standing(site: Site) -> tuple[bool, dict[str, Any]]:
    """Whether the agents see the line, and what the load balancer is told."""
    await site.watching.look()
    _, page = await site.page("/views/mine")
    _, ready = await site.page("/readyz")
    return BANNER in page, orjson.loads(ready)


async def test_r21_all_is_well_where_nothing_waits(shop: Shop, site: Site, inbox: Inbox) -> None:
    await shop.hand_in(inbox, mail("fresh"))

    assert await standing(site) == (False, {"status": "ok", "late_inboxes": 0})


async def test_r21_mail_that_nobody_reads_is_an_alarm(shop: Shop, site: Site, inbox: Inbox) -> None:
    await shop.hand_in(inbox, mail("stuck"))
    await age(shop, Arrival, "created_at")

    assert await standing(site) == (True, {"status": "something waits", "late_inboxes": 1})
    status, page = await site.page("/settings/health")
    assert (status, inbox.name in page, "Late" in page) == (200, True, True)
    _, figures = await site.page("/metrics")
    assert f'inbox_oldest_arrival_seconds{{inbox="{inbox.slug}",kind="email"}} 9' in figures
    assert "inbox_late_inboxes 1" in figures


async def test_r21_a_reply_that_does_not_leave_is_an_alarm_whatever_its_state(
    shop: Shop, site: Site, inbox: Inbox
) -> None:
    await shop.reply(await shop.conversation(inbox))
    await shop.deliver()  # refused for now, so it waits for another try
    await age(shop, Delivery, "due_from")

    assert (await standing(site))[0]


async def test_r21_a_reply_that_waits_for_its_hour_is_none(
    shop: Shop, site: Site, inbox: Inbox
) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    await shop.reply(await shop.conversation(inbox), not_before=tomorrow)
    await age(shop, Delivery, "created_at")

    assert not (await standing(site))[0]


async def test_n15_an_inbox_whose_poller_fell_silent_is_an_alarm(
    shop: Shop, site: Site, inbox: Inbox
) -> None:
    def stop(session: Session) -> None:
        found = session.get_one(Inbox, inbox.id)
        found.health_at = clock.now() - LATE
        session.add(found)

    await shop.services.database.write(stop)

    assert await standing(site) == (True, {"status": "something waits", "late_inboxes": 1})
    _, page = await site.page("/settings/health")
    assert "Silent" in page
    _, figures = await site.page("/metrics")
    assert f'inbox_heartbeat_seconds{{inbox="{inbox.slug}",kind="email"}} 96' in figures
    assert 'inbox_heartbeat_seconds{inbox="program"' not in figures, "nobody has to fetch for it"


async def test_n15_rules_that_do_not_run_are_an_alarm(shop: Shop, site: Site, inbox: Inbox) -> None:
    await shop.conversation(inbox)
    await age(shop, Event, "at")

    assert (await standing(site))[0]
    _, page = await site.page("/settings/health")
    assert "Rules and webhooks are behind" in page


async def test_n15_an_inbox_that_is_switched_off_is_no_alarm(
    shop: Shop, site: Site, inbox: Inbox
) -> None:
    await shop.hand_in(inbox, mail("waits until it is on"))
    await age(shop, Arrival, "created_at")

    def switch_off(session: Session) -> None:
        found = session.get_one(Inbox, inbox.id)
        found.enabled = False
        session.add(found)

    await shop.services.database.write(switch_off)

    assert not (await standing(site))[0]


async def test_n15_a_page_that_is_open_is_told_when_it_begins_and_when_it_ends(
    shop: Shop, site: Site, inbox: Inbox
) -> None:
    await shop.hand_in(inbox, mail("stuck"))
    await age(shop, Arrival, "created_at")
    base = str(site.browser.make_url(""))
    async with site.browser.ws_connect("/live", headers={"Origin": base.rstrip("/")}) as socket:
        await until(lambda: site.browser.app[HUB].clients, "the page is open", 5)
        await site.watching.look()
        assert BANNER in await told(socket)
        await shop.read()
        await shop.services.database.write(_all_is_old_and_done)
        await site.watching.look()
        assert BANNER not in await told(socket)


async def told(socket: aiohttp.ClientWebSocketResponse) -> str:
    """The next frame that is about the line above the page."""
    while True:
        frame = orjson.loads((await socket.receive(timeout=5)).data)
        if "#standing" in frame.get("h", ""):
            return str(frame["h"])


def _all_is_old_and_done(session: Session) -> None:
    for event in session.exec(select(Event)):
        event.reacted_at = clock.now()
        session.add(event)


async def test_n15_the_command_says_it_too(
    shop: Shop, inbox: Inbox, capsys: pytest.CaptureFixture[str]
) -> None:
    await shop.hand_in(inbox, mail("stuck"))
    await age(shop, Arrival, "created_at")

    assert not admin.check(shop.services.settings, as_json=False)
    assert f"inbox {inbox.name}: the oldest has waited" in capsys.readouterr().out
