"""The page of visitors: who is here, written to first, blocked; and only of one's own inboxes."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from inbox.model import Contact, Conversation, Inbox, InboxMembership, Message
from inbox.services import Services
from inbox.web.widget.roster import ROSTER
from tests.web.customer_side import make_inbox

__all__ = ["make_inbox"]

VISITOR = "a" * 32


@pytest.fixture
def chat(owner: Any, make_inbox: Callable[..., Inbox]) -> Inbox:
    return make_inbox(watch_visitors=True)


def arrive(browser: Any, chat: Inbox, **seen: str) -> None:
    told = {"page": "https://shop.example/boots", "title": "Boots", "time_zone": "Europe/Belgrade"}
    browser.server.app[ROSTER].tell(chat.id, VISITOR, {**told, **seen})


async def test_who_is_here_is_shown_with_page_and_country(signed_in, chat, ana):
    browser = await signed_in(ana)
    assert "Nobody is on your site." in await (await browser.get("/visitors")).text()

    arrive(browser, chat)
    page = await (await browser.get("/visitors")).text()
    assert "Visitor aaaa" in page
    assert ">Boots<" in page
    assert "Serbia" in page
    assert 'href="/visitors"' in page  # the navigation leads here


async def test_an_agent_writes_first_and_twice_is_once(signed_in, chat, ana, services):
    browser = await signed_in(ana)
    arrive(browser, chat)
    place = f"/visitors/{chat.id}/{VISITOR}"
    page = await (await browser.get(place)).text()
    found = re.search(r'name="request_id" value="([^"]+)"', page)
    assert found
    form = {"text": "Can I help?", "request_id": found[1]}
    for _ in range(2):
        answer = await browser.post(f"{place}/messages", data=form, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, "/conversations/1")

    messages = services.database.look(lambda s: s.exec(select(Message)).all())
    assert [one.text for one in messages] == ["Can I help?"]
    assert "Can I help?" in await (await browser.get(place)).text()


async def test_nothing_is_not_sent(signed_in, chat, ana, services):
    browser = await signed_in(ana)
    place = f"/visitors/{chat.id}/{VISITOR}"
    answer = await browser.post(f"{place}/messages", data={"text": " ", "request_id": "1"})
    assert answer.status == 422
    assert "Write something first." in await answer.text()
    assert services.database.look(lambda s: s.exec(select(Conversation)).all()) == []


async def test_a_visitor_is_blocked_and_taken_back(signed_in, chat, ana, services):
    browser = await signed_in(ana)
    arrive(browser, chat)
    place = f"/visitors/{chat.id}/{VISITOR}"
    await browser.post(f"{place}/blocks", data={"blocked": "true"})
    assert blocked(services) == [True]
    assert "Blocked" in await (await browser.get("/visitors")).text()
    assert "Write first" not in await (await browser.get(place)).text()

    await browser.post(f"{place}/blocks", data={"blocked": "false"})
    assert blocked(services) == [False]


async def test_an_inbox_for_others_shows_nobody(signed_in, chat, ana, services):
    services.database.run(lambda s: setattr(s.get(Inbox, chat.id), "restricted", True))
    browser = await signed_in(ana)
    arrive(browser, chat)
    place = f"/visitors/{chat.id}/{VISITOR}"
    form = {"text": "Hi", "request_id": "1"}

    assert "Boots" not in await (await browser.get("/visitors")).text()
    assert (await browser.get(place)).status == 404
    assert (await browser.post(f"{place}/messages", data=form)).status == 404
    assert (await browser.post(f"{place}/blocks", data={})).status == 404

    member = InboxMembership(inbox_id=chat.id, agent_id=ana.id)
    services.database.run(lambda s: s.add(member))
    assert "Boots" in await (await browser.get("/visitors")).text()


async def test_what_is_no_visitors_id_is_nobody(signed_in, chat, ana):
    browser = await signed_in(ana)
    assert (await browser.get(f"/visitors/{chat.id}/nonsense")).status == 404
    assert (await browser.get(f"/visitors/unheard-of/{VISITOR}")).status == 404


def blocked(services: Services) -> list[bool]:
    return services.database.look(lambda s: [one.blocked for one in s.exec(select(Contact))])
