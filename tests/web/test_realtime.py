"""Pages hear what happens: once, if they may see it, and without waiting for slow ones."""

import asyncio
import contextlib
from typing import Any

import orjson
import pytest
from aiohttp import ClientWebSocketResponse, WSCloseCode, WSMsgType, WSServerHandshakeError

from inbox.db import Session
from inbox.desk import notes, tags, trail
from inbox.events import SYSTEM
from inbox.model import Conversation, Inbox
from inbox.web import presence, realtime
from tests.cast import Cast

SECONDS = 10


@pytest.fixture
def conversation(services, owner) -> Conversation:
    return services.database.run(lambda s: Cast(s).conversation())


async def note(services, conversation: Conversation, text: str) -> None:
    def work(session: Session) -> None:
        found = session.get_one(Conversation, conversation.id)
        notes.note(session, found, text, by=SYSTEM)

    await services.database.write(work)


async def connect(browser, after: int | str = "") -> ClientWebSocketResponse:
    origin = str(browser.make_url("/")).rstrip("/")
    return await browser.ws_connect(f"/live?after={after}", headers={"Origin": origin})


async def next_with_number(socket: ClientWebSocketResponse) -> dict[str, Any]:
    async with asyncio.timeout(SECONDS):
        while True:
            frame = orjson.loads((await socket.receive()).data)
            if "s" in frame:
                return frame


async def watch(socket: ClientWebSocketResponse, conversation: Conversation) -> None:
    said = {"t": "watch", "list": "all::open", "conv": conversation.id}
    await socket.send_str(orjson.dumps(said).decode())
    await asyncio.sleep(0.2)  # nothing is answered to it


async def test_a_page_hears_what_happens_in_what_it_watches(
    services, signed_in, owner, conversation
) -> None:
    socket = await connect(await signed_in(owner))
    await watch(socket, conversation)

    await note(services, conversation, "He is nice")

    frame = await next_with_number(socket)
    assert "He is nice" in frame["h"]
    assert frame["h"].count("He is nice") == 1


async def test_that_the_customer_types_is_seen_and_fades(
    services, signed_in, owner, conversation, monkeypatch
) -> None:
    monkeypatch.setattr(presence, "TYPING_SECONDS", 0.3)
    socket = await connect(await signed_in(owner), f"&conv={conversation.id}")
    await watch(socket, conversation)

    services.bus.say("typing", {"conversation_id": conversation.id, "who": "", "by": "contact"})

    seen: list[bool] = []
    async with asyncio.timeout(SECONDS):
        while seen[-2:] != [True, False]:
            frame = orjson.loads((await socket.receive()).data)
            if f"#presence-{conversation.id}" in frame.get("h", ""):
                seen.append("The customer is typing" in frame["h"])


async def test_a_list_of_a_tag_takes_in_only_what_bears_it(
    services, signed_in, owner, conversation
) -> None:
    def tag(session: Session) -> str:
        other = session.get_one(Conversation, conversation.id)
        tags.tag(session, other, "urgent", by=SYSTEM)
        return tags.find_or_create(session, "urgent").id

    def untag(session: Session) -> None:
        other = session.get_one(Conversation, conversation.id)
        tags.untag(session, other, "urgent", by=SYSTEM)

    tag_id = await services.database.write(tag)
    socket = await connect(await signed_in(owner), f"&list=tag:{tag_id}:open")

    await note(services, conversation, "Tagged")
    assert "data-gone" not in (await next_with_number(socket))["h"]
    await services.database.write(untag)
    assert "data-gone" in (await next_with_number(socket))["h"]


async def test_what_was_missed_reaches_into_the_open_conversation(
    services, signed_in, owner, conversation
) -> None:
    browser = await signed_in(owner)
    before = await services.database.read(trail.latest)
    await note(services, conversation, "Said while the line was down")

    socket = await connect(browser, f"{before}&conv={conversation.id}")

    assert "Said while the line was down" in (await next_with_number(socket))["h"]


async def test_what_may_not_be_seen_is_passed_over(services, signed_in, ana, conversation) -> None:
    def hide(session: Session) -> None:
        found = session.get_one(Conversation, conversation.id)
        inbox = session.get_one(Inbox, found.inbox_id)
        inbox.restricted = True
        session.add(inbox)

    await services.database.write(hide)
    socket = await connect(await signed_in(ana))
    await watch(socket, conversation)

    await note(services, conversation, "A secret")

    heard = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1):
            while True:
                heard.append((await socket.receive()).data)
    assert "secret" not in "".join(heard)


async def test_a_resumed_page_hears_what_it_missed_once(
    services, signed_in, owner, conversation
) -> None:
    browser = await signed_in(owner)
    await note(services, conversation, "Seen")
    seen = await services.database.read(trail.latest)
    for text in ("one", "two"):
        await note(services, conversation, text)
    latest = await services.database.read(trail.latest)
    hub = browser.server.app[realtime.HUB]
    async with asyncio.timeout(SECONDS):
        while hub._cursor < latest:
            await asyncio.sleep(0.01)

    socket = await connect(browser, after=seen)
    first = await next_with_number(socket)
    await watch(socket, conversation)
    await note(services, conversation, "three")
    second = await next_with_number(socket)

    assert first["s"] == latest
    assert second["s"] > latest


async def test_a_page_that_joins_while_much_happens_misses_nothing(
    services, signed_in, owner, conversation
) -> None:
    browser = await signed_in(owner)
    seen = await services.database.read(trail.latest)

    writing = asyncio.gather(*(note(services, conversation, str(n)) for n in range(40)))
    socket = await connect(browser, after=seen)
    await writing
    latest = await services.database.read(trail.latest)

    numbers = [0]
    while numbers[-1] < latest:
        numbers.append((await next_with_number(socket))["s"])
    assert numbers == sorted(set(numbers))


async def test_a_gap_too_wide_is_a_reset(
    services, signed_in, owner, conversation, monkeypatch
) -> None:
    monkeypatch.setattr(realtime, "MOST_REPLAYED", 2)
    browser = await signed_in(owner)
    hub = browser.server.app[realtime.HUB]
    for number in range(4):
        await note(services, conversation, str(number))
    latest = await services.database.read(trail.latest)
    async with asyncio.timeout(SECONDS):
        while hub._cursor < latest:
            await asyncio.sleep(0.01)

    socket = await connect(browser, after=0)

    assert await next_with_number(socket) == {"reset": 1, "s": latest}


async def test_a_slow_page_is_closed_and_others_go_on(
    services, signed_in, owner, ana, conversation
) -> None:
    browser = await signed_in(owner)
    slow, quick = await connect(browser), await connect(await signed_in(ana))
    await watch(quick, conversation)
    hub = browser.server.app[realtime.HUB]
    client = next(c for c in hub.clients if c.agent.id == owner.id)

    for _ in range(realtime.LONGEST_QUEUE + 1):
        client.push(b"{}")
    await note(services, conversation, "Go on")

    assert "Go on" in (await next_with_number(quick))["h"]
    async with asyncio.timeout(SECONDS):
        while (message := await slow.receive()).type is WSMsgType.TEXT:
            pass
    assert message.data == WSCloseCode.TRY_AGAIN_LATER


async def test_other_sites_get_no_socket(signed_in, owner) -> None:
    browser = await signed_in(owner)

    for headers in ({}, {"Origin": "https://evil.example"}):
        with pytest.raises(WSServerHandshakeError) as refused:
            await browser.ws_connect("/live", headers=headers)
        assert refused.value.status == 403


@pytest.mark.parametrize("said", ["", "[]", "1", '{"t":"watch","conv":5,"list":7}', "{" * 9])
async def test_nonsense_is_passed_over(services, signed_in, owner, conversation, said: str) -> None:
    socket = await connect(await signed_in(owner))
    await socket.send_str(said)
    await watch(socket, conversation)

    await note(services, conversation, "Still here")

    assert "Still here" in (await next_with_number(socket))["h"]
