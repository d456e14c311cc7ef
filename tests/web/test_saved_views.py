"""Agents put views together, find them in the navigation, and see them move."""

import asyncio
import re

import orjson
import pytest

from inbox.desk import notes, status
from inbox.events import SYSTEM
from inbox.model import Conversation
from tests.cast import Cast
from tests.web.test_realtime import connect, next_with_number


@pytest.fixture
def two(services, owner):
    def work(session):
        cast = Cast(session)
        return [cast.conversation(subject="Boiler", priority=4), cast.conversation(subject="Bill")]

    return services.database.run(work)


def form(*lines, **values):
    fields, operators, texts = zip(*lines, strict=True)
    return {
        "name": "Hot", "combine": "all", "field": [*fields, ""], "operator": [*operators, "is"],
        "value": [*texts, ""], **values,
    }  # fmt: skip


HOT = form(("conversation.priority", "greater", "3"), ("conversation.inbox", "is", "mail"))


async def made(browser, data=HOT):
    pairs = [
        (k, v) for k, given in data.items() for v in (given if isinstance(given, list) else [given])
    ]
    answer = await browser.post("/saved-views/new", data=pairs, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    return answer.headers["Location"]


async def page(browser, path):
    return await (await browser.get(path)).text()


async def test_a_view_stands_in_the_navigation_and_holds_what_it_says(
    signed_in, owner, two
) -> None:
    browser = await signed_in(owner)
    path = await made(browser)
    html = await page(browser, path)

    assert f'href="{path}" aria-current="page"' in html
    assert "Boiler" in html
    assert "Bill" not in html
    assert "Boiler" not in await page(browser, f"{path}?status=resolved")
    view_id = path.rpartition("/")[2]
    counts = await page(browser, "/saved-views/counts")
    assert f'#nav-view-{view_id}" hx-swap="innerHTML">1<' in counts


async def test_a_view_is_shown_in_words_changed_and_deleted(signed_in, owner, two) -> None:
    browser = await signed_in(owner)
    view_id = (await made(browser)).rpartition("/")[2]
    path = f"/saved-views/{view_id}"
    html = await page(browser, path)
    assert 'value="Mail"' in html
    assert 'value="3"' in html

    data = [("name", "Bills"), ("combine", "any"), ("field", "conversation.subject"),
            ("operator", "contains"), ("value", "bil")]  # fmt: skip
    await browser.post(path, data=data)

    html = await page(browser, f"/views/saved/{view_id}")
    assert "Bills" in html
    assert "Boiler" not in html
    await browser.post(f"{path}/delete")
    assert (await browser.get(path)).status == 404


async def test_ones_own_is_seen_by_nobody_else_and_a_shared_one_by_all(
    signed_in, owner, ana, two
) -> None:
    admin, agent = await signed_in(owner), await signed_in(ana)
    own = await made(agent, {**HOT, "name": "Own", "shared": "true"})
    shared = await made(admin, {**HOT, "name": "Shared", "shared": "true"})

    assert (await admin.get(own)).status == 404
    assert "Boiler" in await page(agent, shared)
    view = f"/saved-views/{shared.rpartition('/')[2]}"
    assert (await agent.post(f"{view}/delete")).status == 403


async def test_a_line_that_makes_no_sense_is_named_and_nothing_typed_is_lost(
    signed_in, owner
) -> None:
    browser = await signed_in(owner)
    data = [("name", "Odd"), ("field", "conversation.priority"), ("operator", "contains"),
            ("value", "much")]  # fmt: skip
    answer = await browser.post("/saved-views/new", data=data)
    html = await answer.text()

    assert answer.status == 422
    assert "Line 1: " in html
    assert 'value="much"' in html


async def test_a_page_that_shows_a_view_is_told_who_comes_and_goes(
    services, signed_in, owner, two
) -> None:
    browser = await signed_in(owner)
    view_id = (await made(browser)).rpartition("/")[2]
    socket = await connect(browser)
    said = {"t": "watch", "list": f"saved:{view_id}:open", "conv": ""}
    await socket.send_str(orjson.dumps(said).decode())
    await asyncio.sleep(0.2)  # nothing is answered to it

    def touch(session):
        for one in two:
            notes.note(session, session.get_one(Conversation, one.id), "x", by=SYSTEM)

    await services.database.write(touch)
    frames = [await next_with_number(socket) for _ in range(2)]
    gone = {re.search(r'id="c-(\w+)"', f["h"])[1]: "data-gone" in f["h"] for f in frames}
    assert gone == {two[0].id: False, two[1].id: True}

    def calm(session):
        found = session.get_one(Conversation, two[0].id)
        status.set_priority(session, found, 1, by=SYSTEM)

    await services.database.write(calm)
    assert "data-gone" in (await next_with_number(socket))["h"]
