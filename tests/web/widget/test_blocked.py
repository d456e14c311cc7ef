"""A blocked visitor gets nothing and is told so; taken back, he can write again."""

import asyncio
from typing import Any

from sqlmodel import select

from inbox.desk import visiting
from inbox.events import SYSTEM
from inbox.model import Arrival
from tests.web.webchat_desk import answer, take_in


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def block(services: Any, token: str, blocked: bool = True) -> None:
    visitor = token.partition(".")[0]
    services.database.run(lambda s: visiting.set_blocked(s, visitor, blocked, by=SYSTEM) and None)


async def write(client: Any, inbox: Any, token: str, client_id: str = "message-1") -> Any:
    posted = {"client_id": client_id, "text": "Zdravo"}
    url = f"/widget/{inbox.id}/messages"
    return await client.post(url, json=posted, headers=bearer(token))


async def test_a_blocked_visitor_is_refused_everywhere_and_nothing_is_kept(
    client, inbox, token, services
):
    await write(client, inbox, token)
    take_in(services, inbox)
    block(services, token)
    base = f"/widget/{inbox.id}"

    tried = [
        await write(client, inbox, token, "message-2"),
        await client.get(f"{base}/messages", headers=bearer(token)),
        await client.post(f"{base}/visits", json={}, headers=bearer(token)),
        await client.post(f"{base}/transcripts", json={}, headers=bearer(token)),
        await client.post(f"{base}/files", data=b"", headers=bearer(token)),
    ]

    assert [response.status for response in tried] == [403] * 5
    problem = (await tried[0].json())["error"]
    assert problem["code"] == "blocked"
    assert problem["message"] == "Messages from you are not accepted here."
    assert len(services.database.look(lambda s: s.exec(select(Arrival)).all())) == 1


async def test_one_who_has_written_nothing_can_be_blocked_and_taken_back(
    client, inbox, token, services
):
    block(services, token)
    assert (await write(client, inbox, token)).status == 403

    block(services, token, blocked=False)
    assert (await write(client, inbox, token)).status == 201


async def test_an_open_window_hears_of_it_and_gets_no_answer_any_more(
    client, inbox, token, services
):
    await write(client, inbox, token)
    take_in(services, inbox)
    headers = {"Origin": str(client.make_url("/")).rstrip("/")}
    async with client.ws_connect(f"/widget/{inbox.id}/socket", headers=headers) as socket:
        await socket.send_json({"token": token})
        assert (await socket.receive_json())["type"] == "messages"
        block(services, token)
        answer(services, "Not for his eyes")
        heard = []
        async with asyncio.timeout(10):
            while not heard or heard[-1]["type"] == "messages":
                heard.append(await socket.receive_json())

    assert heard[-1]["type"] == "refused"
    assert heard[-1]["error"]["code"] == "blocked"
    texts = [one["text"] for said in heard[:-1] for one in said["messages"]]
    assert "Not for his eyes" not in texts
