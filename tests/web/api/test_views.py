"""Saved views by the API: an agent's token has their own, an integration everybody's."""

import pytest

from tests.cast import Cast

HOT = {
    "any": [
        {"field": "conversation.priority", "operator": "is", "value": 4},
        {"all": [{"field": "contact.name", "operator": "contains", "value": "nobody"}]},
    ]
}


@pytest.fixture
def two(services):
    def work(session):
        cast = Cast(session)
        return [cast.conversation(priority=4), cast.conversation()]

    return services.database.run(work)


async def made(client, **changes):
    given = {"name": "Hot", "conditions": HOT, "shared": True, **changes}
    answer = await client.post("/api/v1/views", json=given)
    assert answer.status == 201, await answer.text()
    return await answer.json()


async def test_a_view_is_made_read_changed_and_removed(program, two):
    client = await program("admin")
    url = f"/api/v1/views/{(await made(client))['id']}"
    found = await (await client.get(f"{url}/conversations")).json()

    assert [c["id"] for c in found["items"]] == [two[0].id]
    assert (await (await client.get(url)).json())["open"] == 1
    assert (await (await client.get(f"{url}/conversations?status=spam")).json())["items"] == []
    assert (await (await client.patch(url, json={"conditions": {}})).json())["version"] == 2
    assert len((await (await client.get(f"{url}/conversations")).json())["items"]) == 2
    assert (await client.patch(url, json={"name": "x", "version": 1})).status == 409
    assert (await client.delete(url)).status == 204
    assert (await client.get(url)).status == 404


async def test_an_agents_own_is_theirs_alone(program, owner, ana):
    client = await program("write", agent_id=ana.id)
    view = await made(client, shared=False)
    other = await program("admin")

    assert [v["name"] for v in (await (await client.get("/api/v1/views")).json())["items"]] == [
        "Hot"
    ]
    assert (await (await other.get("/api/v1/views")).json())["items"] == []
    assert (await other.get(f"/api/v1/views/{view['id']}")).status == 404


async def test_what_is_everybodys_needs_more_than_writing(program, ana):
    shared = await made(await program("admin"))
    client = await program("write", agent_id=ana.id)
    url = f"/api/v1/views/{shared['id']}"

    assert (await client.get(url)).status == 200
    assert (await client.patch(url, json={"name": "Mine now"})).status == 403
    assert (await client.delete(url)).status == 403
    assert (await client.post("/api/v1/views", json={"name": "x", "shared": True})).status == 403
    integration = await program("write")
    assert (await integration.post("/api/v1/views", json={"name": "x"})).status == 422


async def test_a_condition_that_makes_no_sense_is_named_by_its_place(program):
    client = await program("admin")
    given = {"all": [{"field": "event.actor", "operator": "is", "value": "agent"}]}
    body = {"name": "x", "shared": True, "conditions": given}
    answer = await client.post("/api/v1/views", json=body)

    assert answer.status == 422
    assert "conditions.all.0" in (await answer.json())["error"]["fields"]
