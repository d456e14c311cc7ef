import asyncio
from typing import Any

from sqlmodel import select

from inbox.model import Arrival, Delivery
from tests.web.webchat_desk import answer, hand_over, take_in


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def message(client_id: str = "message-1", text: str = "Zdravo", **more: Any) -> dict[str, Any]:
    return {"client_id": client_id, "text": text, **more}


async def test_a_message_is_kept_before_it_is_acknowledged(client, inbox, token, services):
    posted = message(page="https://shop.example/boots", time_zone="Europe/Belgrade")
    response = await client.post(f"/widget/{inbox.id}/messages", json=posted, headers=bearer(token))
    assert response.status == 201
    assert await response.json() == {"client_id": "message-1"}
    arrivals = services.database.look(lambda s: s.exec(select(Arrival)).all())
    assert [a.external_id for a in arrivals] == [f"{token.split('.')[0]}:message-1"]


async def test_the_same_message_twice_is_one(client, inbox, token, services):
    for _ in range(2):
        await client.post(f"/widget/{inbox.id}/messages", json=message(), headers=bearer(token))
    assert len(services.database.look(lambda s: s.exec(select(Arrival)).all())) == 1


async def test_history_shows_both_sides_and_first_names_only(client, inbox, token, services):
    await client.post(f"/widget/{inbox.id}/messages", json=message(), headers=bearer(token))
    take_in(services, inbox)
    answer(services)
    response = await client.get(f"/widget/{inbox.id}/messages", headers=bearer(token))
    found = (await response.json())["messages"]
    assert [(m["author"], m["name"], m["text"]) for m in found] == [
        ("visitor", "", "Zdravo"),
        ("team", "Ana", "Dobar dan"),
    ]
    assert found[0]["client_id"] == "message-1"


async def test_a_reply_that_waits_to_be_undone_is_not_shown(client, inbox, token, services):
    await client.post(f"/widget/{inbox.id}/messages", json=message(), headers=bearer(token))
    take_in(services, inbox)
    answer(services, send=False)
    response = await client.get(f"/widget/{inbox.id}/messages", headers=bearer(token))
    assert [m["author"] for m in (await response.json())["messages"]] == ["visitor"]


async def test_a_reply_sent_late_still_reaches_who_has_newer_messages(
    client, inbox, token, services
):
    url = f"/widget/{inbox.id}/messages"
    await client.post(url, json=message(), headers=bearer(token))
    take_in(services, inbox)
    answer(services, send=False)
    await client.post(url, json=message("message-2", "Halo?"), headers=bearer(token))
    take_in(services, inbox)
    page = await (await client.get(url, headers=bearer(token))).json()
    assert page["messages"][-1]["text"] == "Halo?"
    services.database.run(hand_over)
    news = await client.get(f"{url}?after={page['cursor']}", headers=bearer(token))
    assert [m["text"] for m in (await news.json())["messages"]] == ["Dobar dan"]


async def test_long_polling_answers_as_soon_as_there_is_something(client, inbox, token, services):
    url = f"/widget/{inbox.id}/messages"
    await client.post(url, json=message(), headers=bearer(token))
    take_in(services, inbox)
    page = await (await client.get(url, headers=bearer(token))).json()
    waiting = asyncio.create_task(
        client.get(f"{url}?after={page['cursor']}&wait=20", headers=bearer(token))
    )
    await asyncio.sleep(0.2)
    assert not waiting.done()
    answer(services)
    found = await (await asyncio.wait_for(waiting, 5)).json()
    assert [m["text"] for m in found["messages"]] == ["Dobar dan"]


async def test_a_token_of_another_inbox_is_refused(client, inbox, token, make_inbox):
    other = make_inbox(slug="other")
    response = await client.get(f"/widget/{other.id}/messages", headers=bearer(token))
    assert response.status == 403
    assert (await response.json())["error"]["code"] == "bad_token"


async def test_a_made_up_token_is_refused(client, inbox, token):
    for bad in ("", "x", f"{token.split('.')[0]}.", f"{token[:-1]}ž", "0" * 32 + "." + "0" * 40):
        headers = {"Authorization": f"Bearer {bad}".encode().decode("latin-1")}
        response = await client.get(f"/widget/{inbox.id}/messages", headers=headers)
        assert response.status == 403, bad


async def test_a_visitor_cannot_say_who_he_is(client, inbox, token, services):
    forged = message(visitor="f" * 32, kind="note", author="agent", direction="outgoing")
    await client.post(f"/widget/{inbox.id}/messages", json=forged, headers=bearer(token))
    (arrival,) = services.database.look(lambda s: s.exec(select(Arrival)).all())
    assert token.split(".")[0] in arrival.raw.decode()
    assert "f" * 32 not in arrival.raw.decode()


async def test_what_cannot_be_taken_is_refused_with_the_field(client, inbox, token):
    url = f"/widget/{inbox.id}/messages"
    for bad, field in (
        (message(text="x" * 9000), "text"),
        (message(text="  "), "text"),
        (message(client_id="?"), "client_id"),
        (message(files=["forged"]), "files"),
        (message(email="nonsense"), "email"),
        ([], "message"),
    ):
        response = await client.post(url, json=bad, headers=bearer(token))
        assert response.status == 422, bad
        assert field in (await response.json())["error"]["fields"]


async def test_a_flood_of_messages_is_slowed_down(client, inbox, token):
    url = f"/widget/{inbox.id}/messages"
    statuses = []
    for number in range(15):
        posted = message(f"message-{number}")
        response = await client.post(url, json=posted, headers=bearer(token))
        statuses.append(response.status)
    assert statuses[:10] == [201] * 10
    assert statuses[-1] == 429


async def test_reading_is_reported_for_each_message_once(client, inbox, token, services):
    await client.post(f"/widget/{inbox.id}/messages", json=message(), headers=bearer(token))
    take_in(services, inbox)
    answer(services, "Jedan")
    newest = answer(services, "Dva")
    for _ in range(2):
        response = await client.post(
            f"/widget/{inbox.id}/receipts",
            json={"kind": "read", "upto": newest},
            headers=bearer(token),
        )
        assert response.status == 202
    take_in(services, inbox)
    states = services.database.look(lambda s: [d.state for d in s.exec(select(Delivery))])
    assert states == ["read", "read"]


async def test_another_visitor_sees_nothing_of_it(client, inbox, token, services):
    await client.post(f"/widget/{inbox.id}/messages", json=message(), headers=bearer(token))
    take_in(services, inbox)
    answer(services)
    made = await (await client.post(f"/widget/{inbox.id}/visitors")).json()
    response = await client.get(f"/widget/{inbox.id}/messages", headers=bearer(made["token"]))
    assert (await response.json())["messages"] == []


async def test_a_widget_that_is_switched_off_is_not_there(client, make_inbox, services):
    inbox = make_inbox(slug="off")

    def switch_off(session: Any) -> None:
        session.merge(inbox).enabled = False

    services.database.run(switch_off)
    assert (await client.post(f"/widget/{inbox.id}/visitors")).status == 404
