"""Contacts and conversations that are merged, split and moved, by the API."""

import pytest


@pytest.fixture
def begin(inbox):
    async def post(client, value="m1"):
        body = {"inbox_id": inbox.id, "to": {"kind": "external", "value": value}, "text": "Hello"}
        return await (await client.post("/api/v1/conversations", json=body)).json()

    return post


async def test_two_contacts_are_merged_and_parted(program, begin):
    client = await program("write")
    one, other = [(await begin(client, value))["contact_id"] for value in ("m1", "m2")]
    key = {"Idempotency-Key": "merge"}
    url = f"/api/v1/contacts/{one}"
    made = [
        await (await client.post(f"{url}/merges", json={"contact_id": other}, headers=key)).json()
        for _ in range(2)
    ]

    assert made[0] == made[1]
    assert len(made[0]["contact"]["addresses"]) == 2
    assert (await (await client.get(f"/api/v1/contacts/{other}")).json())["id"] == one
    assert [m["id"] for m in (await (await client.get(f"{url}/merges")).json())["items"]] == [
        made[0]["id"]
    ]
    assert (await client.delete(f"{url}/merges/{made[0]['id']}")).status == 204
    assert (await client.delete(f"{url}/merges/{made[0]['id']}")).status == 409
    assert (await (await client.get(f"/api/v1/contacts/{other}")).json())["id"] == other


async def test_a_contacts_timeline_is_read_to_its_end(program, begin):
    client = await program("write")
    contact_id = (await begin(client))["contact_id"]
    await begin(client)
    seen, cursor = [], ""
    while cursor is not None:
        query = {"limit": "2", "cursor": cursor}
        page = await (
            await client.get(f"/api/v1/contacts/{contact_id}/timeline", params=query)
        ).json()
        seen += page["items"]
        cursor = page["next"]

    assert [e["message"]["text"] for e in seen if e["message"]] == ["Hello", "Hello"]
    numbers = [e["event"]["seq"] for e in seen]
    assert numbers == sorted(set(numbers), reverse=True)


async def test_suggestions_have_their_reason(program):
    client = await program("write")
    for value in ("mia@gmail.com", "mia+shop@gmail.com"):
        body = {"addresses": [{"kind": "email", "value": value}]}
        made = await (await client.post("/api/v1/contacts", json=body)).json()
    found = await (await client.get(f"/api/v1/contacts/{made['id']}/merge-suggestions")).json()

    assert [(s["reason"], s["address"]) for s in found["items"]] == [
        ("same_email", "mia@gmail.com")
    ]


async def test_two_conversations_are_merged_and_parted(program, begin):
    client = await program("write")
    one, other = await begin(client), await begin(client)
    url = f"/api/v1/conversations/{one['id']}"
    merged = await client.post(f"{url}/merges", json={"conversation_id": other["id"]})
    body = await merged.json()

    assert (merged.status, body["conversation"]["message_count"]) == (201, 2)
    found = await (await client.get(f"/api/v1/conversations/{other['number']}")).json()
    assert found["id"] == one["id"]
    assert len((await (await client.get("/api/v1/conversations")).json())["items"]) == 1
    assert (await client.delete(f"{url}/merges/{body['id']}")).status == 204
    assert len((await (await client.get("/api/v1/conversations")).json())["items"]) == 2


async def test_messages_are_split_off_and_brought_back(program, begin):
    client = await program("write")
    one = await begin(client)
    url = f"/api/v1/conversations/{one['id']}"
    second = await (await client.post(f"{url}/replies", json={"text": "And the bill"})).json()
    given = {"from_message_id": second["id"], "subject": "Bill"}
    answer = await client.post(f"{url}/splits", json=given)
    split = await answer.json()

    assert (answer.status, split["conversation"]["subject"]) == (201, "Bill")
    moved = f"/api/v1/conversations/{split['conversation']['id']}/messages"
    assert [m["id"] for m in (await (await client.get(moved)).json())["items"]] == [second["id"]]
    assert (await client.delete(f"{url}/splits/{split['id']}")).status == 204
    assert len((await (await client.get(f"{url}/messages")).json())["items"]) == 2


async def test_a_conversation_moves_to_another_inbox_and_customer(program, begin, services):
    client = await program("admin")
    one, other = await begin(client), await begin(client, "m2")
    new = {"name": "Sales", "kind": "api", "settings": {"secret": "wave"}}
    inbox = await (await client.post("/api/v1/inboxes", json=new)).json()
    given = {"inbox_id": inbox["id"], "contact_id": other["contact_id"]}
    changed = await (await client.patch(f"/api/v1/conversations/{one['id']}", json=given)).json()

    assert (changed["inbox_id"], changed["contact_id"]) == (inbox["id"], other["contact_id"])


@pytest.mark.parametrize(
    ("last", "body", "status"),
    [
        ("merges", {"conversation_id": "nothing"}, 404),
        ("merges", {}, 422),
        ("splits", {}, 422),
        ("splits", {"message_ids": ["nothing"]}, 422),
        ("splits", {"message_ids": ["a"], "from_message_id": "b"}, 422),
    ],
)
async def test_what_makes_no_sense_is_refused(program, begin, last, body, status):
    client = await program("write")
    url = f"/api/v1/conversations/{(await begin(client))['id']}/{last}"

    assert (await client.post(url, json=body)).status == status
    assert (await client.delete(f"{url}/nothing")).status == 404
