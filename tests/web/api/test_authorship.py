"""Who is the author of what a program does: the agent of its token, or an integration."""

import pytest
from sqlmodel import select

from inbox.desk import tokens
from inbox.errors import Invalid
from inbox.events import SYSTEM
from inbox.model import Conversation, Event, Inbox
from tests.cast import Cast


@pytest.fixture
def conversation(services):
    return services.database.run(lambda s: Cast(s).conversation())


def url(conversation):
    return f"/api/v1/conversations/{conversation.id}"


async def answered(client, conversation):
    answer = await client.post(f"{url(conversation)}/replies", json={"text": "On its way"})
    assert answer.status == 201, await answer.text()
    return await answer.json()


async def test_an_integration_answers_in_its_own_name(program, services, conversation):
    reply = await answered(await program("write"), conversation)

    assert (reply["author_kind"], reply["author_name"], reply["via"]) == ("api", "Shop", "")
    shown = services.database.look(lambda s: s.get(Conversation, conversation.id))
    assert shown.last_author == "api"


async def test_a_token_of_an_agent_answers_in_the_agents_name(program, services, ana, conversation):
    client = await program("write", agent_id=ana.id)
    reply = await answered(client, conversation)
    note = await client.post(f"{url(conversation)}/notes", json={"text": "Called"})

    assert (reply["author_kind"], reply["author_id"], reply["via"]) == ("agent", ana.id, "Shop")
    assert (await note.json())["author_name"] == "Ana Anić"
    event = services.database.look(
        lambda s: s.exec(select(Event).where(Event.message_id == reply["id"])).first()
    )
    assert (event.actor_kind, event.actor_id, event.particulars["via"]) == ("agent", ana.id, "Shop")


async def test_an_agents_token_sees_no_more_than_the_agent(program, services, ana, conversation):
    def restrict(session):
        found = session.get(Inbox, conversation.inbox_id)
        found.restricted = True
        session.add(found)

    services.database.run(restrict)
    client = await program("admin", agent_id=ana.id)

    assert (await client.get(url(conversation))).status == 404
    assert (await (await client.get("/api/v1/conversations")).json())["items"] == []
    assert (await (await client.get("/api/v1/inboxes")).json())["items"] == []
    assert (await client.get("/api/v1/webhooks")).status == 403


async def test_a_token_limited_to_an_inbox_knows_no_other(program, services, conversation, inbox):
    client = await program("write", inbox_ids=[inbox.id])
    other = {"inbox_id": conversation.inbox_id, "to": {"kind": "email", "value": "a@b.example"}}

    for path in ("", "/messages"):
        assert (await client.get(url(conversation) + path)).status == 404
    assert (await client.post(f"{url(conversation)}/notes", json={"text": "x"})).status == 404
    assert (await client.post("/api/v1/conversations", json={**other, "text": "x"})).status == 404
    assert (await (await client.get("/api/v1/conversations")).json())["items"] == []
    assert [i["id"] for i in (await (await client.get("/api/v1/inboxes")).json())["items"]] == [
        inbox.id
    ]


@pytest.mark.parametrize(
    ("field", "limits"),
    [("agent_id", {"agent_id": "nobody"}), ("inbox_ids", {"inbox_ids": ["nothing"]})],
)
def test_a_token_is_for_agents_and_inboxes_that_there_are(services, field, limits):
    def make(session):
        tokens.create(session, "Shop", ["read"], by=SYSTEM, **limits)

    with pytest.raises(Invalid) as refused:
        services.database.run(make)
    assert field in refused.value.fields


def test_who_administers_is_not_limited_to_inboxes(services, inbox):
    with pytest.raises(Invalid) as refused:
        services.database.run(
            lambda s: tokens.create(s, "Shop", ["admin"], by=SYSTEM, inbox_ids=[inbox.id])
        )
    assert "inbox_ids" in refused.value.fields


@pytest.mark.parametrize("field", ["inbox", "assignee", "team", "contact", "tag"])
async def test_a_filter_by_what_is_not_there_is_refused_with_the_field(program, field):
    client = await program("read")
    answer = await client.get("/api/v1/conversations", params={field: "nothing"})

    assert answer.status == 422
    assert "Give" in (await answer.json())["error"]["fields"][field]


@pytest.mark.parametrize(
    "query", ["status=done", "sort=size", "limit=0", "cursor=x", "colour=red", "status=merged&x=1"]
)
async def test_an_unknown_filter_or_value_is_refused_with_the_field(program, query):
    client = await program("read")
    answer = await client.get(f"/api/v1/conversations?{query}")

    assert answer.status == 422
    assert (await answer.json())["error"]["fields"]


async def test_who_spells_a_filter_wrong_is_told_which_there_are(program):
    client = await program("read")
    answer = await client.get("/api/v1/conversations?asignee=none")

    told = (await answer.json())["error"]["fields"]["asignee"]
    assert "assignee" in told
