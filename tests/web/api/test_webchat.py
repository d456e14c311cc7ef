"""Web chats by the API: visitors, proactive messages, identity secrets."""

import pytest

from inbox.model import Inbox
from inbox.web.widget.roster import ROSTER

VISITOR = "a" * 32


@pytest.fixture
def chat(services):
    made = Inbox(name="Chat", kind="webchat", slug="chat", settings={"watch_visitors": True})
    services.database.run(lambda s: s.add(made))
    return made


async def test_programs_see_who_is_here_write_first_and_block(program, server, chat):
    client = await program("admin")
    seen = {"page": "https://shop.example/", "title": "Shop", "time_zone": "Europe/Belgrade"}
    server.app[ROSTER].tell(chat.id, VISITOR, seen)
    base = f"/api/v1/inboxes/{chat.id}/visitors"

    (one,) = (await (await client.get(base)).json())["items"]
    assert (one["visitor"], one["country"], one["contact_id"]) == (VISITOR, "RS", None)

    said = await client.post(f"{base}/{VISITOR}/messages", json={"text": "Can I help?"})
    assert said.status == 201
    assert (await said.json())["channel"] == "webchat"
    done = await client.post(f"{base}/{VISITOR}/blocks", json={"blocked": True})
    assert (await done.json())["blocked"] is True
    refused = await client.post(f"{base}/{VISITOR}/messages", json={"text": "Once more"})
    assert refused.status == 409
    (one,) = (await (await client.get(base)).json())["items"]
    assert one["blocked"] is True
    assert one["contact_id"]


async def test_proactive_messages(program, chat):
    client = await program("admin")
    base = f"/api/v1/inboxes/{chat.id}/proactive-messages"
    made = await client.post(base, json={"text": "A question?", "pages": "/pricing*"})
    assert made.status == 201
    one = f"{base}/{(await made.json())['id']}"

    changed = await (await client.patch(one, json={"seconds": 5})).json()
    assert (changed["seconds"], changed["pages"]) == (5, "/pricing*")
    refused = await client.patch(one, json={"pages": "pricing"})
    assert (refused.status, list((await refused.json())["error"]["fields"])) == (422, ["pages"])
    assert (await client.delete(one)).status == 204
    assert (await (await client.get(base)).json()) == {"items": []}


async def test_an_identity_secret_is_told_once(program, chat, services):
    client = await program("admin")
    answer = await client.post(f"/api/v1/inboxes/{chat.id}/identity-secrets")
    secret = (await answer.json())["secret"]
    kept = services.database.look(lambda s: s.get(Inbox, chat.id).secrets)

    assert answer.status == 201
    assert services.vault.decrypt(kept)["identity_secret"] == secret


async def test_what_is_no_chat_or_no_visitor_is_not_there(program, inbox, chat):
    client = await program("admin")
    place = f"/api/v1/inboxes/{inbox.id}"
    assert (await client.get(f"{place}/visitors")).status == 404
    assert (await client.post(f"{place}/identity-secrets")).status == 404
    first = f"/api/v1/inboxes/{chat.id}/visitors/nonsense/messages"
    assert (await client.post(first, json={"text": "Hi"})).status == 404
