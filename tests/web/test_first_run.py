"""The first run happens once."""

import asyncio

from sqlmodel import select

from inbox.model import Agent, Role, Workspace

FORM = {
    "workspace": "Acme",
    "name": "Olga",
    "email": "Olga@Example.org",
    "password": "correct horse battery",
}


def post(client, **changes):
    return client.post("/first-run", data={**FORM, **changes}, allow_redirects=False)


async def test_a_new_inbox_leads_to_its_first_run(open_browser):
    client = await open_browser()
    answer = await client.get("/sign-in", allow_redirects=False)
    assert answer.headers["Location"] == "/first-run"
    page = await (await client.get("/first-run")).text()
    assert "Welcome to Inbox" in page
    assert 'name="workspace"' in page


async def test_the_first_person_becomes_the_owner_and_is_signed_in(open_browser, services):
    client = await open_browser()
    answer = await post(client)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    agent, role = services.database.look(
        lambda s: s.exec(select(Agent, Role).join(Role, Role.id == Agent.role_id)).one()
    )
    assert (agent.email, role.name) == ("olga@example.org", "owner")
    assert services.workspace.name == "Acme"
    answer = await client.get("/sign-in", allow_redirects=False)
    assert answer.headers["Location"] == "/"


async def test_of_many_at_the_same_time_one_becomes_the_owner(open_browser, services):
    clients = [await open_browser() for _ in range(8)]
    answers = await asyncio.gather(
        *(post(client, email=f"{n}@example.org") for n, client in enumerate(clients))
    )
    places = [answer.headers["Location"] for answer in answers]
    assert sorted(places) == ["/", *["/sign-in"] * 7]
    assert len(services.database.look(lambda s: s.exec(select(Agent)).all())) == 1
    assert len(services.database.look(lambda s: s.exec(select(Workspace)).all())) == 1


async def test_there_is_no_second_first_run(open_browser, owner):
    client = await open_browser()
    for answer in (await client.get("/first-run", allow_redirects=False), await post(client)):
        assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")


async def test_what_was_typed_stays_beside_what_is_wrong_but_for_the_password(
    open_browser, services
):
    client = await open_browser()
    answer = await post(client, name="", password="short7!")
    page = await answer.text()
    assert answer.status == 422
    assert 'value="Acme"' in page
    assert 'value="Olga@Example.org"' in page
    assert "Fill this in." in page
    assert "short7!" not in page
    page = await (await post(client, password="short7!")).text()
    assert "Use 8 to 128 characters." in page
    assert services.database.look(lambda s: s.exec(select(Agent)).all()) == []


async def test_an_address_is_no_password(open_browser):
    client = await open_browser()
    answer = await post(client, password="olga@example.org")
    assert answer.status == 422


async def test_an_inbox_without_channels_says_what_to_do_first(signed_in, owner, ana):
    """Who may not connect any is not sent where they may not go."""
    pages = [await (await signed_in(who)).get("/views/mine") for who in (owner, ana)]
    shown = [await page.text() for page in pages]

    assert all("No channel is connected yet." in text for text in shown)
    assert ['href="/settings/inboxes/new"' in text for text in shown] == [True, False]
