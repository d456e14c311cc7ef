"""Macros by the API: kept by administrators, run on a conversation, once for a key."""

import pytest

from tests.cast import Cast

STEP = {"action": "add_tags", "parameters": {"tags": ["boiler"]}}


@pytest.fixture
def conversation(services):
    return services.database.run(lambda s: Cast(s).conversation())


async def made(client, **changes):
    given = {"name": "Tag it", "actions": [STEP], **changes}
    answer = await client.post("/api/v1/macros", json=given)
    assert answer.status == 201, await answer.text()
    return await answer.json()


async def test_a_macro_is_made_changed_and_removed(program):
    client = await program("admin")
    url = f"/api/v1/macros/{(await made(client))['id']}"
    changed = await (await client.patch(url, json={"name": "Boiler"})).json()

    assert (changed["name"], changed["actions"]) == ("Boiler", [STEP])
    assert [m["name"] for m in (await (await client.get("/api/v1/macros")).json())["items"]] == [
        "Boiler"
    ]
    assert (await client.patch(url, json={"name": "x", "version": 1})).status == 409
    assert (await client.patch(url, json={"actions": []})).status == 422
    assert (await client.delete(url)).status == 204
    assert (await client.get(url)).status == 404


async def test_a_run_with_a_key_is_done_once(program, conversation):
    client = await program("admin")
    macro = await made(client)
    url = f"/api/v1/conversations/{conversation.id}/macro-runs"
    key = {"Idempotency-Key": "run"}
    runs = [
        await (await client.post(url, json={"macro_id": macro["id"]}, headers=key)).json()
        for _ in range(2)
    ]

    assert runs[0] == runs[1]
    assert runs[0]["results"] == [
        {"action": "add_tags", "failed": False, "result": "tagged boiler"}
    ]
    assert (await (await client.get(f"/api/v1/macros/{macro['id']}")).json())["used"] == 1
    assert (await client.post(url, json={"macro_id": "nothing"})).status == 404


async def test_a_writer_runs_and_does_not_change(program, conversation):
    macro = await made(await program("admin"))
    client = await program("write")
    url = f"/api/v1/conversations/{conversation.id}/macro-runs"

    assert (await client.post(url, json={"macro_id": macro["id"]})).status == 201
    assert (await client.delete(f"/api/v1/macros/{macro['id']}")).status == 403
