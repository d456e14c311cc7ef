"""A telephone system logs its calls, each once."""

from sqlmodel import select

from inbox.model import Conversation, Inbox, Message
from tests.cast import Cast

CALL = {
    "kind": "call", "at": "2026-03-02T09:30:00+01:00", "seconds": 540, "outcome": "Wants an offer",
    "participants": ["Marko", "Mia"], "external_id": "pbx-1",
}  # fmt: skip


def made(services):
    def work(session):
        cast = Cast(session)
        return cast.contact.id, cast.inbox.id, cast.conversation().id

    return services.database.run(work)


def another(session):
    inbox = Inbox(name="Other", kind="api", slug="other")
    session.add(inbox)
    session.flush()
    return inbox.id


async def test_a_call_is_logged_once(program, services):
    client = await program("write")
    contact_id, inbox_id, _ = made(services)
    url = f"/api/v1/contacts/{contact_id}/interactions"
    answers = [await client.post(url, json={**CALL, "inbox_id": inbox_id}) for _ in range(2)]
    first, second = [await answer.json() for answer in answers]

    assert [answer.status for answer in answers] == [201, 201]
    assert first == second
    assert (first["participants"], first["seconds"]) == ("Marko, Mia", 540)
    assert first["message"]["direction"] == "incoming"
    found = services.database.look(lambda s: s.exec(select(Message)).all())
    assert len([message for message in found if message.channel == "call"]) == 1


async def test_it_joins_the_conversation_that_is_named(program, services):
    client = await program("write")
    contact_id, _, conversation_id = made(services)
    body = {**CALL, "conversation_id": conversation_id}
    answer = await client.post(f"/api/v1/contacts/{contact_id}/interactions", json=body)

    assert (await answer.json())["message"]["conversation_id"] == conversation_id


async def test_what_is_wrong_is_named(program, services):
    client = await program("write")
    contact_id, inbox_id, conversation_id = made(services)
    url = f"/api/v1/contacts/{contact_id}/interactions"
    for body, field in (
        ({}, "conversation_id"),
        ({"inbox_id": inbox_id, "conversation_id": conversation_id}, "conversation_id"),
        ({"inbox_id": inbox_id, "direction": "note"}, "direction"),
        ({"inbox_id": inbox_id, "at": "2126-01-01T00:00:00Z"}, "at"),
        ({"inbox_id": inbox_id, "outcome": ""}, "text"),
        ({"inbox_id": inbox_id, "kind": "fax"}, "kind"),
    ):
        answer = await client.post(url, json={**CALL, **body})
        assert answer.status == 422, body
        assert set((await answer.json())["error"]["fields"]) == {field}


async def test_a_limited_token_logs_only_where_it_sees(program, services):
    contact_id, inbox_id, conversation_id = made(services)
    other = services.database.run(another)
    client = await program("write", inbox_ids=[other])
    url = f"/api/v1/contacts/{contact_id}/interactions"
    for place in ({"inbox_id": inbox_id}, {"conversation_id": conversation_id}):
        assert (await client.post(url, json={**CALL, **place})).status == 404
    assert len(services.database.look(lambda s: s.exec(select(Conversation)).all())) == 1
