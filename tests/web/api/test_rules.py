"""Rules are kept by administrators' programs, which also see why they fired or not."""

import pytest

from inbox.model import Event
from inbox.routing import engine
from tests.cast import Cast

RULE = {
    "name": "Boilers first",
    "event_kind": "message_received",
    "conditions": {"all": [{"field": "message.text", "operator": "contains", "value": "leaks"}]},
    "actions": [{"action": "set_priority", "parameters": {"priority": 4}}],
}


async def made(client, **changes):
    answer = await client.post("/api/v1/rules", json={**RULE, **changes})
    assert answer.status == 201, await answer.text()
    return await answer.json()


async def test_a_rule_is_made_changed_and_removed(program):
    client = await program("admin")
    rule = await made(client)
    url = f"/api/v1/rules/{rule['id']}"
    changed = await client.patch(url, json={"enabled": False, "version": rule["version"]})

    assert (await changed.json())["enabled"] is False
    assert (await (await client.get(url)).json())["conditions"] == RULE["conditions"]
    assert (await client.patch(url, json={"name": "x", "version": 1})).status == 409
    assert (await client.delete(url)).status == 204
    assert (await client.get(url)).status == 404


async def test_rules_are_asked_in_their_order(program):
    client = await program("admin")
    first, second = await made(client), await made(client, name="Then")
    order = {"rule_ids": [second["id"], first["id"]]}
    assert (await client.post("/api/v1/rules/orders", json=order)).status == 201
    found = await (await client.get("/api/v1/rules")).json()

    assert [rule["id"] for rule in found["items"]] == order["rule_ids"]
    wrong = await client.post("/api/v1/rules/orders", json={"rule_ids": [first["id"]]})
    assert wrong.status == 422


async def test_the_log_says_why(program, services):
    client = await program("admin")
    rule = await made(client)

    def work(session):
        cast = Cast(session)
        for text in ("It leaks", "It is cold"):
            conversation = cast.conversation()
            event = cast.received(cast.incoming(conversation, text))
            engine.run_rules(session, session.get_one(Event, event.seq))
        return conversation.id

    conversation_id = services.database.run(work)
    url = f"/api/v1/rules/{rule['id']}/runs"
    first = await (await client.get(url, params={"limit": "1"})).json()
    second = await (await client.get(url, params={"cursor": first["next"]})).json()
    mine = f"/api/v1/conversations/{conversation_id}/rule-runs"
    runs = (await (await client.get(mine)).json())["items"]

    assert [run["fired"] for run in first["items"] + second["items"]] == [False, True]
    assert first["items"][0]["reasons"][0]["held"] is False
    assert second["items"][0]["reasons"][-1]["action"] == "set_priority"
    assert [run["fired"] for run in runs] == [False]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"event_kind": "full_moon"}, "event_kind"),
        ({"actions": []}, "actions"),
        ({"actions": [{"action": "sing"}]}, "actions.0.action"),
        ({"conditions": {"all": [{"field": "x", "operator": "is"}]}}, "conditions.all.0"),
        ({"conditions": {"some": []}}, "conditions"),
        ({"name": ""}, "name"),
        ({"conditions": None}, "conditions"),
    ],
)
async def test_what_makes_no_rule_is_refused_with_the_field(program, changes, field):
    client = await program("admin")
    answer = await client.post("/api/v1/rules", json={**RULE, **changes})
    assert answer.status == 422
    assert field in (await answer.json())["error"]["fields"]

    rule = await made(client)
    answer = await client.patch(f"/api/v1/rules/{rule['id']}", json=changes)
    assert answer.status == 422


async def test_a_writer_is_not_enough(program):
    client = await program("write")

    assert (await client.get("/api/v1/rules")).status == 403
