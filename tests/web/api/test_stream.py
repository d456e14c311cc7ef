"""Programs hear what happens: in order, from where they were, and only what they may see."""

import asyncio

import pytest
from aiohttp import WSCloseCode, WSMsgType, WSServerHandshakeError

from inbox.desk import agents, notes, tokens, trail
from inbox.events import SYSTEM, EventKind, record
from inbox.model import Conversation, Inbox
from inbox.web.api import stream
from tests.cast import Cast

SECONDS = 10


@pytest.fixture
def conversation(services):
    return services.database.run(lambda s: Cast(s).conversation())


async def say(services, conversation, text="Call back"):
    def work(session):
        found = session.get_one(Conversation, conversation.id)
        notes.note(session, found, text, by=SYSTEM)

    await services.database.write(work)


async def heard(socket, kind="event"):
    async with asyncio.timeout(SECONDS):
        while True:
            frame = await socket.receive_json()
            if frame["type"] == kind:
                return frame


async def test_what_happens_is_told_with_its_number(program, services, conversation):
    socket = await (await program("read")).ws_connect("/api/v1/stream")
    begun = await heard(socket, "heartbeat")
    await say(services, conversation)

    frame = await heard(socket)
    assert frame["event"]["kind"] == "note_added"
    assert frame["seq"] == frame["event"]["seq"] > begun["seq"]


async def test_a_program_that_comes_back_hears_what_it_missed_once(program, services, conversation):
    client = await program("read")
    socket = await client.ws_connect("/api/v1/stream")
    await heard(socket, "heartbeat")
    await say(services, conversation, "one")
    last = (await heard(socket))["seq"]
    await socket.close()
    for text in ("two", "three"):
        await say(services, conversation, text)

    again = await client.ws_connect(f"/api/v1/stream?after={last}")
    numbers = [(await heard(again))["seq"] for _ in range(2)]
    await say(services, conversation, "four")
    numbers.append((await heard(again))["seq"])

    assert numbers == sorted(set(numbers))
    assert numbers[0] > last


async def test_who_is_too_far_behind_is_told_to_begin_anew(
    program, services, conversation, monkeypatch
):
    monkeypatch.setattr(stream, "MOST_BEHIND", 2)
    client = await program("read")
    for text in ("one", "two", "three", "four"):
        await say(services, conversation, text)
    latest = await services.database.read(trail.latest)

    socket = await client.ws_connect("/api/v1/stream?after=0")
    assert await heard(socket, "reset") == {"type": "reset", "seq": latest}
    await say(services, conversation, "five")
    assert (await heard(socket))["seq"] > latest


async def test_what_stands_in_another_inbox_is_passed_over(program, services, conversation):
    def other(session):
        inbox = Inbox(name="Other", kind="email", slug="other")
        session.add(inbox)
        session.flush()
        return inbox.id

    elsewhere = services.database.run(other)
    client = await program("read", inbox_ids=[elsewhere])
    socket = await client.ws_connect("/api/v1/stream?after=0")
    await say(services, conversation, "A secret")
    await services.database.write(
        lambda s: record(s, EventKind.INBOX_UPDATED, by=SYSTEM, inbox_id=elsewhere)
    )

    assert (await heard(socket))["event"]["kind"] == "inbox_updated"
    page = await (await client.get("/api/v1/events")).json()
    assert {item["inbox_id"] for item in page["items"]} == {elsewhere}
    assert page["next"] >= page["items"][-1]["seq"]


async def test_a_revoked_token_hears_no_more(program, services, conversation):
    client = await program("read")
    socket = await client.ws_connect("/api/v1/stream")
    await heard(socket, "heartbeat")

    def revoke(session):
        (token,) = tokens.every(session)
        tokens.revoke(session, token.id, by=SYSTEM)

    await services.database.write(revoke)

    async with asyncio.timeout(SECONDS):
        while (message := await socket.receive()).type is WSMsgType.TEXT:
            assert "note_added" not in message.data
    assert message.data == WSCloseCode.POLICY_VIOLATION


async def test_an_agent_of_a_token_who_leaves_takes_it_along(program, services, owner, ana):
    client = await program("read", agent_id=ana.id)
    assert (await client.get("/api/v1/conversations")).status == 200
    socket = await client.ws_connect("/api/v1/stream")
    await heard(socket, "heartbeat")

    await services.database.write(lambda s: agents.set_active(s, ana.id, False, by=SYSTEM))

    async with asyncio.timeout(SECONDS):
        while (await socket.receive()).type is WSMsgType.TEXT:
            pass
    services.known_tokens._kept.clear()
    assert (await client.get("/api/v1/conversations")).status == 401


@pytest.mark.parametrize("query", ["after=-1", "after=x", "since=1"])
async def test_a_query_that_makes_no_sense_gets_no_stream(program, query):
    client = await program("read")
    with pytest.raises(WSServerHandshakeError) as refused:
        await client.ws_connect(f"/api/v1/stream?{query}")

    assert refused.value.status == 422


async def test_a_token_has_so_many_streams_and_no_more(program, monkeypatch):
    monkeypatch.setattr(stream, "MOST_OF_A_TOKEN", 1)
    client = await program("read")
    await client.ws_connect("/api/v1/stream")

    with pytest.raises(WSServerHandshakeError) as refused:
        await client.ws_connect("/api/v1/stream")
    assert refused.value.status == 429


async def test_without_an_upgrade_it_says_what_it_is(program):
    assert (await (await program("read")).get("/api/v1/stream")).status == 400
