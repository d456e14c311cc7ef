"""Messages handed in by the API are kept before they are acknowledged."""

import asyncio

import pytest
import sqlalchemy as sa
from sqlmodel import select

from inbox.desk import inboxes, recent, tokens
from inbox.envelope import RawItem
from inbox.events import SYSTEM
from inbox.model import ApiToken, Arrival, Inbox

ARRIVAL = {
    "external_id": "order-1",
    "sender": {"kind": "email", "value": "marko@example.org", "name": "Marko"},
    "text": "Where is it?",
}


async def test_an_arrival_is_kept_when_it_is_answered(program, services, inbox):
    client = await program("write")
    answer = await client.post(f"/api/v1/inboxes/{inbox.id}/arrivals", json=ARRIVAL)

    assert answer.status == 202
    found = services.database.look(lambda s: s.exec(select(Arrival)).one())
    assert (await answer.json())["id"] == found.id
    assert b"Where is it?" in found.raw


async def test_the_same_external_id_again_is_the_same_arrival(program, inbox):
    client = await program("write")
    answers = await asyncio.gather(
        *(client.post(f"/api/v1/inboxes/{inbox.id}/arrivals", json=ARRIVAL) for _ in range(8))
    )

    assert len({(await answer.json())["id"] for answer in answers}) == 1


async def test_what_is_wrong_with_an_arrival_is_said_field_by_field(program, inbox):
    client = await program("write")
    body = {**ARRIVAL, "texr": "?", "sender": {"value": ""}}
    answer = await client.post(f"/api/v1/inboxes/{inbox.id}/arrivals", json=body)

    assert answer.status == 422
    assert set((await answer.json())["error"]["fields"]) == {"texr", "sender.value"}


async def test_of_many_at_once_a_bad_one_sinks_only_itself(services, inbox):
    async def record(inbox_id, number):
        [found] = await services.arrivals.record(
            inbox_id, [RawItem(external_id=str(number), content=b"{}")]
        )
        return found

    answers = await asyncio.gather(
        *(record("nothing" if n == 5 else inbox.id, n) for n in range(20)), return_exceptions=True
    )

    assert [isinstance(answer, Exception) for answer in answers] == [n == 5 for n in range(20)]
    kept = services.database.look(lambda s: s.exec(select(Arrival)).all())
    assert {row.id: row.external_id for row in kept} == {
        answer: str(n) for n, answer in enumerate(answers) if n != 5
    }


async def test_an_inbox_that_is_switched_off_takes_nothing(program, services, inbox):
    client = await program("write")
    services.database.run(lambda s: inboxes.update(s, inbox.id, {"enabled": False}, by=SYSTEM))
    for inbox_id in (inbox.id, "nothing"):
        answer = await client.post(f"/api/v1/inboxes/{inbox_id}/arrivals", json=ARRIVAL)
        assert answer.status == 404


async def test_without_the_database_the_program_is_asked_to_send_again(program, services, inbox):
    if not services.database.is_sqlite:
        pytest.skip("a table can't be taken from under a server that others use")
    client = await program("write")
    services.database.run(lambda s: s.execute(sa.text("ALTER TABLE arrival RENAME TO gone")))
    answer = await client.post(f"/api/v1/inboxes/{inbox.id}/arrivals", json=ARRIVAL)

    assert answer.status == 503
    assert (await answer.json())["error"]["code"] == "unavailable"


async def test_a_token_needs_the_scope(program, inbox):
    for scopes, status in ((("read",), 403), (("write",), 202), (("admin",), 202)):
        client = await program(*scopes)
        answer = await client.post(f"/api/v1/inboxes/{inbox.id}/arrivals", json=ARRIVAL)
        assert answer.status == status


async def test_without_a_token_nobody_comes_in(server, inbox, program):
    client = await program()
    answer = await client.get("/api/v1/inboxes", headers={"Authorization": "Bearer wrong"})
    assert answer.status == 401
    assert (await answer.json())["error"]["code"] == "unauthenticated"


async def test_a_revoked_token_ends_within_seconds(program, services, inbox, monkeypatch):
    monkeypatch.setattr(recent, "SECONDS", 0.2)
    client = await program()
    assert (await client.get("/api/v1/inboxes")).status == 200
    token = services.database.look(lambda s: s.exec(select(ApiToken)).one())
    services.database.run(lambda s: tokens.revoke(s, token.id, by=SYSTEM))
    await asyncio.sleep(0.25)

    assert (await client.get("/api/v1/inboxes")).status == 401


async def test_secrets_go_in_and_never_come_out(program, services):
    client = await program()
    given = {"name": "Second", "kind": "api", "settings": {"secret": "tide"}}
    answer = await client.post("/api/v1/inboxes", json=given)
    listed = await client.get("/api/v1/inboxes")

    assert answer.status == 201
    assert "tide" not in await answer.text() + await listed.text()
    row = services.database.look(lambda s: s.exec(select(Inbox)).one())
    assert services.vault.decrypt(row.secrets) == {"secret": "tide"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "x", "kind": "pigeon"}, "kind"),
        ({"name": "x", "kind": "api", "settings": {"callback_url": "ftp://x"}},
         "settings.callback_url"),
        ({"name": "", "kind": "api"}, "name"),
    ],
)  # fmt: skip
async def test_an_inbox_that_cannot_work_is_refused(program, given, field):
    client = await program()
    answer = await client.post("/api/v1/inboxes", json=given)

    assert answer.status == 422
    assert field in (await answer.json())["error"]["fields"]


async def test_a_program_has_a_mailbox_compared(program, services, owner):
    mailbox = Inbox(name="Mail", kind="email", slug="mail-2", checkpoint={"uid": 1})
    services.database.run(lambda s: s.add(mailbox))
    client = await program("admin")
    answer = await client.post(f"/api/v1/inboxes/{mailbox.id}/checks")

    assert answer.status == 202
    assert (await answer.json())["checked_at"] is None
    assert services.database.look(lambda s: s.get_one(Inbox, mailbox.id)).check_wanted
