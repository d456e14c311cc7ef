"""Conversations by the API: begun, found, answered, and everything done shows in the events."""

import asyncio
import time
from datetime import timedelta

import pytest

from inbox import clock
from inbox.desk import teams
from inbox.desk.teams import TeamForm
from inbox.events import SYSTEM

KEY = {"Idempotency-Key": "begin"}


@pytest.fixture
def begin(inbox):
    async def post(client, **changes):
        body = {
            "inbox_id": inbox.id,
            "to": {"kind": "external", "value": "m1", "name": "Mia"},
            "text": "Hello",
            **changes,
        }
        answer = await client.post("/api/v1/conversations", json=body)
        assert answer.status == 201, await answer.text()
        return await answer.json()

    return post


async def test_a_conversation_begins_with_its_first_message(program, begin):
    client = await program("write")
    begun = await begin(client, subject="Order")
    found = await (await client.get(f"/api/v1/conversations/{begun['number']}/messages")).json()

    assert (begun["subject"], begun["status"], begun["message_count"]) == ("Order", "waiting", 1)
    assert [(m["text"], m["state"]) for m in found["items"]] == [("Hello", "queued")]


async def test_filters_hold_together(program, begin, services, inbox):
    client = await program("write")
    team = services.database.run(lambda s: teams.create(s, TeamForm(name="East"), by=SYSTEM))
    first, second = await begin(client), await begin(client)
    await client.post(f"/api/v1/conversations/{first['id']}/tags", json={"name": "Hot"})
    await client.post(
        f"/api/v1/conversations/{second['id']}/assignments", json={"team_id": team.id}
    )

    async def found(**query):
        page = await (await client.get("/api/v1/conversations", params=query)).json()
        return [item["id"] for item in page["items"]]

    assert await found() == [second["id"], first["id"]]
    assert await found(sort="created_at") == [first["id"], second["id"]]
    assert await found(tag="hot", status="waiting", inbox=inbox.id) == [first["id"]]
    assert await found(team=team.id, assignee="none") == [second["id"]]
    assert await found(team="none") == [first["id"]]
    assert await found(status="resolved") == []
    assert await found(q="nowhere") == []


@pytest.mark.parametrize("sort", ["-last_at", "last_at", "-created_at", "created_at"])
async def test_pages_of_every_order_lead_through_all(program, begin, sort):
    client = await program("write")
    made = {(await begin(client))["id"] for _ in range(5)}
    seen, cursor = [], ""
    while cursor is not None:
        query = {"limit": "2", "sort": sort, "cursor": cursor}
        page = await (await client.get("/api/v1/conversations", params=query)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]

    assert len(seen) == 5
    assert set(seen) == made


async def test_a_reply_with_a_key_is_never_sent_twice(program, begin):
    client = await program("write")
    begun = await begin(client)
    url = f"/api/v1/conversations/{begun['id']}"
    answers = [
        await client.post(f"{url}/replies", json={"text": "On its way"}, headers=KEY)
        for _ in range(3)
    ]

    assert len({(await answer.json())["id"] for answer in answers}) == 1
    assert len((await (await client.get(f"{url}/messages")).json())["items"]) == 2


async def test_what_is_done_to_a_conversation_is_told_by_the_events_in_order(program, begin):
    client = await program("write")
    url = f"/api/v1/conversations/{(await begin(client))['id']}"
    until = (clock.now() + timedelta(days=1)).isoformat()
    for last, body in (
        ("notes", {"text": "Call back"}),
        ("tags", {"name": "hot"}),
        ("snoozes", {"until": until}),
        ("resolutions", {}),
    ):
        answer = await client.post(f"{url}/{last}", json=body)
        assert answer.status == 201, await answer.text()
    assert (await client.delete(f"{url}/tags/hot")).status == 204
    assert (await client.patch(url, json={"status": "open", "priority": 3})).status == 200

    kinds, place, deadline = [], 0, time.monotonic() + 20
    while True:
        page = await (
            await client.get("/api/v1/events", params={"after": place, "limit": 2})
        ).json()
        if not page["items"]:
            if len(kinds) >= 8 or time.monotonic() > deadline:
                break
            await asyncio.sleep(0.1)  # another transaction may still hold them back
        kinds += [item["kind"] for item in page["items"]]
        assert {item["actor_kind"] for item in page["items"]} <= {"api", "system"}
        place = page["next"]
    assert page["next"] == place
    assert kinds[-8:] == [
        "reply_queued", "note_added", "tag_added", "conversation_snoozed", "status_changed",
        "tag_removed", "status_changed", "priority_changed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("last", "body"),
    [
        ("replies", {}),
        ("replies", {"text": "x", "not_before": "2026-05-04T09:30:00"}),
        ("notes", {"text": "  "}),
        ("snoozes", {"until_reply": False}),
        ("snoozes", {"until": "2001-01-01T00:00:00Z"}),
        ("snoozes", {"until": "9999-12-31T23:59:59-12:00"}),
        ("replies", {"text": "x", "not_before": "0001-01-01T00:00:00+14:00"}),
        ("assignments", {"agent": "Ana"}),
        ("tags", {"name": "x" * 65}),
        ("replies", {"text": "x", "channel": "nothing"}),
    ],
)
async def test_what_can_not_be_done_is_refused_with_the_field(program, begin, last, body):
    client = await program("write")
    url = f"/api/v1/conversations/{(await begin(client))['id']}"
    answer = await client.post(f"{url}/{last}", json=body)

    assert answer.status == 422
    assert (await answer.json())["error"]["fields"]


async def test_whoever_is_not_there_can_not_be_given_anything(program, begin):
    client = await program("write")
    url = f"/api/v1/conversations/{(await begin(client))['id']}"

    answer = await client.post(f"{url}/assignments", json={"agent_id": "nobody"})
    assert answer.status == 404
    assert (await client.get("/api/v1/conversations/99999999999999999999")).status == 404


async def test_the_team_is_listed(program, services):
    client = await program("read")
    services.database.run(lambda s: teams.create(s, TeamForm(name="East"), by=SYSTEM))

    assert [t["name"] for t in (await (await client.get("/api/v1/teams")).json())["items"]] == [
        "East"
    ]
    for name in ("agents", "tags"):
        assert (await (await client.get(f"/api/v1/{name}")).json()) == {"items": [], "next": None}
