"""Contacts by the API, and what every operation does with keys and with nonsense."""

import asyncio

import pytest
from sqlmodel import select

from inbox.model import Contact, RememberedAnswer

MARKO = {"name": "Marko", "addresses": [{"kind": "email", "value": "Marko@Example.org"}]}
KEY = {"Idempotency-Key": "one"}


def names(services):
    return services.database.look(lambda s: s.exec(select(Contact.name)).all())


async def test_a_contact_is_made_shown_and_changed(program):
    client = await program("write")
    made = await (await client.post("/api/v1/contacts", json=MARKO)).json()
    changed = await client.patch(f"/api/v1/contacts/{made['id']}", json={"city": "Niš"})
    shown = await (await client.get(f"/api/v1/contacts/{made['id']}")).json()

    assert made["addresses"][0]["value"] == "marko@example.org"
    assert changed.status == 200
    assert (shown["city"], shown["name"], shown["version"]) == ("Niš", "Marko", 2)


async def test_an_address_belongs_to_one_contact(program):
    client = await program("write")
    await client.post("/api/v1/contacts", json=MARKO)
    answer = await client.post("/api/v1/contacts", json=MARKO)

    assert answer.status == 409


async def test_pages_lead_through_all_without_a_double(program):
    client = await program("write")
    for number in range(7):
        await client.post("/api/v1/contacts", json={"name": f"c{number}"})
    seen, cursor = [], ""
    while cursor is not None:
        query = {"limit": "3", "cursor": cursor}
        page = await (await client.get("/api/v1/contacts", params=query)).json()
        seen += [item["name"] for item in page["items"]]
        cursor = page["next"]

    assert seen == [f"c{number}" for number in range(7)]


async def test_the_same_key_is_done_once_and_answered_the_same(program, services):
    client = await program("write")
    answers = await asyncio.gather(
        *(client.post("/api/v1/contacts", json=MARKO, headers=KEY) for _ in range(6))
    )

    assert {answer.status for answer in answers} == {201}
    assert len({await answer.text() for answer in answers}) == 1
    assert names(services) == ["Marko"]


async def test_the_same_key_for_something_else_is_refused(program, services):
    client = await program("write")
    await client.post("/api/v1/contacts", json=MARKO, headers=KEY)
    answer = await client.post("/api/v1/contacts", json={"name": "Ana"}, headers=KEY)

    assert answer.status == 409
    assert names(services) == ["Marko"]


async def test_a_key_of_a_request_that_failed_is_free_again(program, services):
    client = await program("write")
    wrong = await client.post("/api/v1/contacts", json={}, headers=KEY)
    right = await client.post("/api/v1/contacts", json=MARKO, headers=KEY)

    assert (wrong.status, right.status) == (422, 201)


async def test_two_programs_do_not_share_their_keys(program, services):
    for name in ("Ana", "Mia"):
        client = await program("write")
        answer = await client.post("/api/v1/contacts", json={"name": name}, headers=KEY)
        assert answer.status == 201
    assert sorted(names(services)) == ["Ana", "Mia"]


async def test_what_is_remembered_can_not_be_read_in_the_database(program, services):
    client = await program("write")
    await client.post("/api/v1/contacts", json=MARKO, headers=KEY)

    row = services.database.look(lambda s: s.exec(select(RememberedAnswer)).one())
    assert "marko" not in row.body.lower()


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": NaN}', b'{"name": "\\ud800"}', b'{"name": "a\\u0000b"}', b'{"name": "\xff"}',
        b'{"a\\u0000": 1}', b"[" * 100_000, b'{"name":' + b"[" * 40 + b"]" * 40 + b"}", b"[]",
        b'{"name": ' + b"9" * 400 + b"}", b'{"name": 1e999}', b'{"nmae": "Marko"}', b"nothing",
        b'{"name": "x", "addresses": [{"kind": "pigeon", "value": "x"}]}',
    ],
)  # fmt: skip
async def test_nonsense_is_refused_and_changes_nothing(program, services, body):
    client = await program("write")
    answer = await client.post("/api/v1/contacts", data=body)

    assert answer.status in {400, 422}
    assert (await answer.json())["error"]["message"]
    assert names(services) == []


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=99999999999999999999999", "limit=x", "cursor=%00", "cursor=WyJ4Il0x",
     "cursor=e30", "unknown=1", "cursor=W251bGxd"],
)  # fmt: skip
async def test_a_query_that_makes_no_sense_is_refused(program, query):
    client = await program("read")
    answer = await client.get(f"/api/v1/contacts?{query}")

    assert answer.status in {400, 422}


async def test_a_path_with_a_nul_leads_nowhere(program):
    client = await program("read")

    assert (await client.get("/api/v1/contacts/%00")).status == 404
    assert (await client.get("/api/v1/contacts/nobody")).status == 404


async def test_a_reader_can_not_write(program):
    client = await program("read")

    assert (await client.post("/api/v1/contacts", json=MARKO)).status == 403
