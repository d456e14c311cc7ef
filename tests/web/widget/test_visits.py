"""Who is on the site: told by the browser, shown to the desk, written to first."""

from typing import Any

from inbox.desk import visiting
from inbox.events import Actor
from inbox.model import Inbox
from inbox.web.widget.roster import GONE_SECONDS, ROSTER, country_of
from tests.web.webchat_desk import hand_over, make_agent

PAGE = {
    "page": "https://shop.example/boots", "title": "Boots", "language": "sr",
    "time_zone": "Europe/Belgrade",
}  # fmt: skip


async def visit(client: Any, inbox: Any, token: str, **seen: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return await client.post(f"/widget/{inbox.id}/visits", json={**PAGE, **seen}, headers=headers)


async def visitor_token(client: Any, inbox: Any) -> str:
    return str((await (await client.post(f"/widget/{inbox.id}/visitors")).json())["token"])


async def test_a_visitor_is_on_the_list_with_page_and_country(client, make_inbox):
    inbox = make_inbox(watch_visitors=True)
    token = await visitor_token(client, inbox)
    assert await (await visit(client, inbox, token)).json() == {"has_messages": False}
    await visit(client, inbox, token, page="https://shop.example/sandals", title="Sandals")

    (present,) = client.app[ROSTER].now([inbox.id])
    assert present.visitor == token.partition(".")[0]
    assert (present.title, present.country) == ("Sandals", "RS")
    assert client.app[ROSTER].now(["another"]) == []


async def test_nobody_is_watched_where_the_settings_do_not_say_so(client, inbox, token):
    assert (await visit(client, inbox, token)).status == 404
    assert client.app[ROSTER].now([inbox.id]) == []


async def test_a_page_that_is_no_address_is_refused(client, make_inbox):
    inbox = make_inbox(watch_visitors=True)
    token = await visitor_token(client, inbox)
    assert (await visit(client, inbox, token, page="javascript:alert(1)")).status == 422


async def test_who_is_gone_is_off_the_list(client, make_inbox, monkeypatch):
    inbox = make_inbox(watch_visitors=True)
    await visit(client, inbox, await visitor_token(client, inbox))
    monkeypatch.setattr("inbox.web.widget.roster.GONE_SECONDS", -1)
    assert GONE_SECONDS > 0
    assert client.app[ROSTER].now([inbox.id]) == []


async def test_who_comes_back_after_he_was_gone_has_just_come(client, make_inbox, monkeypatch):
    inbox = make_inbox(watch_visitors=True)
    token = await visitor_token(client, inbox)
    await visit(client, inbox, token)
    (first,) = client.app[ROSTER].now([inbox.id])
    monkeypatch.setattr("inbox.web.widget.roster.GONE_SECONDS", -1)
    assert client.app[ROSTER].find(inbox.id, first.visitor) is None
    await visit(client, inbox, token)
    monkeypatch.undo()

    (again,) = client.app[ROSTER].now([inbox.id])
    assert again.since > first.since


async def test_who_is_written_to_first_hears_that_there_is_something(client, make_inbox, services):
    inbox = make_inbox(watch_visitors=True)
    token = await visitor_token(client, inbox)
    visitor = token.partition(".")[0]

    def work(session: Any) -> int:
        by = Actor.agent(make_agent(session))
        row = session.get_one(Inbox, inbox.id)
        visiting.write_first(session, row, visitor, "Can I help?", by=by, request_id="1")
        again = visiting.write_first(session, row, visitor, "Hello?", by=by, request_id="2")
        hand_over(session)
        return int(again.number)

    assert services.database.run(work) == 1
    assert await (await visit(client, inbox, token)).json() == {"has_messages": True}
    headers = {"Authorization": f"Bearer {token}"}
    page = await (await client.get(f"/widget/{inbox.id}/messages", headers=headers)).json()
    assert [message["text"] for message in page["messages"]] == ["Can I help?", "Hello?"]


def test_a_clock_that_nobody_knows_has_no_country():
    assert country_of("Mars/Olympus") == ""
