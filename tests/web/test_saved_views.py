"""Agents put views together, find them in the navigation, and see them move."""

import asyncio
import re

import orjson
import pytest
from sqlmodel import select

from inbox.desk import notes, status
from inbox.events import SYSTEM
from inbox.model import Conversation, Inbox, SavedView
from tests.cast import Cast
from tests.web.test_realtime import connect, next_with_number


@pytest.fixture
def two(services, owner):
    def work(session):
        cast = Cast(session)
        return [cast.conversation(subject="Boiler", priority=4), cast.conversation(subject="Bill")]

    return services.database.run(work)


def form(*lines, combine="all", **values):
    """Conditions as the form has them: each control's name is the way to it."""
    pairs = [("conditions.kind", combine), *({"name": "Hot", **values}).items()]
    for number, (field, operator, value) in enumerate(lines):
        place = f"conditions.{number}"
        pairs += [(f"{place}.field", field), (f"{place}.operator", operator)]
        pairs.append((f"{place}.value", value))
    return pairs


@pytest.fixture
def hot(services, two):
    inbox_id = services.database.look(lambda s: s.exec(select(Inbox.id)).one())
    return [("conversation.priority", "greater", "3"), ("conversation.inbox", "is", inbox_id)]


async def made(browser, data):
    answer = await browser.post("/saved-views/new", data=data, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    return answer.headers["Location"]


async def page(browser, path):
    return await (await browser.get(path)).text()


async def test_a_view_stands_in_the_navigation_and_holds_what_it_says(
    signed_in, owner, hot
) -> None:
    browser = await signed_in(owner)
    path = await made(browser, form(*hot))
    html = await page(browser, path)

    assert f'href="{path}" aria-current="page"' in html
    assert "Boiler" in html
    assert "Bill" not in html
    assert "Boiler" not in await page(browser, f"{path}?status=resolved")
    view_id = path.rpartition("/")[2]
    counts = await page(browser, "/saved-views/counts")
    assert f'#nav-view-{view_id}" hx-swap="innerHTML">1<' in counts


async def test_a_view_is_shown_in_words_changed_and_deleted(signed_in, owner, hot) -> None:
    browser = await signed_in(owner)
    view_id = (await made(browser, form(*hot))).rpartition("/")[2]
    path = f"/saved-views/{view_id}"
    html = await page(browser, path)
    assert "selected>Mail</option>" in html
    assert "selected>High</option>" in html

    data = form(("conversation.subject", "contains", "bil"), combine="any", name="Bills")
    await browser.post(path, data=data)

    html = await page(browser, f"/views/saved/{view_id}")
    assert "Bills" in html
    assert "Boiler" not in html
    await browser.post(f"{path}/delete")
    assert (await browser.get(path)).status == 404


async def test_ones_own_is_seen_by_nobody_else_and_a_shared_one_by_all(
    signed_in, owner, ana, hot
) -> None:
    admin, agent = await signed_in(owner), await signed_in(ana)
    own = await made(agent, form(*hot, name="Own", shared="true"))
    shared = await made(admin, form(*hot, name="Shared", shared="true"))

    assert (await admin.get(own)).status == 404
    assert "Boiler" in await page(agent, shared)
    view = f"/saved-views/{shared.rpartition('/')[2]}"
    assert (await agent.post(f"{view}/delete")).status == 403


async def test_a_line_that_makes_no_sense_is_named_and_nothing_typed_is_lost(
    signed_in, owner
) -> None:
    browser = await signed_in(owner)
    data = form(("conversation.message_count", "greater", "much"), name="Odd")
    answer = await browser.post("/saved-views/new", data=data)
    html = await answer.text()

    assert answer.status == 422
    assert "Give a number" in html
    assert 'value="much"' in html
    assert 'value="Odd"' in html


async def test_groups_within_groups_are_put_together_by_buttons(
    signed_in, owner, services, two
) -> None:
    browser = await signed_in(owner)
    first = form(("conversation.subject", "contains", "boil"), combine="any")
    drawn = await browser.post("/saved-views/new", data=[*first, ("do", "add-group conditions")])
    assert 'name="conditions.1.0.field"' in await drawn.text()
    assert services.database.look(lambda s: s.exec(select(SavedView)).all()) == []

    group = [
        ("conditions.1.kind", "all"),
        ("conditions.1.0.field", "conversation.subject"),
        ("conditions.1.0.operator", "contains"),
        ("conditions.1.0.value", "bill"),
        ("conditions.1.1.field", "conversation.assignee"),
        ("conditions.1.1.operator", "is"),
        ("conditions.1.1.value", "me"),
    ]
    html = await page(browser, await made(browser, [*first, *group, ("do", "save")]))

    assert "Boiler" in html
    assert "Bill" not in html.replace("billing", "")
    stored = services.database.look(lambda s: s.exec(select(SavedView)).one().conditions)
    assert len(stored["any"][1]["all"]) == 2


async def test_a_page_that_shows_a_view_is_told_who_comes_and_goes(
    services, signed_in, owner, two, hot
) -> None:
    browser = await signed_in(owner)
    view_id = (await made(browser, form(*hot))).rpartition("/")[2]
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
