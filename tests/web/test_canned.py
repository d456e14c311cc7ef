"""Canned responses: kept in settings, found and inserted while an answer is written."""

import pytest
from sqlmodel import Session, select

from inbox.events import SYSTEM
from inbox.model import CannedResponse, Conversation, Team, TeamMembership
from inbox.routing import canned
from inbox.routing.canned import CannedValues
from tests.cast import Cast

FRAGMENT = {"HX-Request": "true"}
GREETING = "Hello {{contact.first_name}}, {{agent.first_name}} here about {{conversation.subject}}."


@pytest.fixture
def conversation(services, owner) -> Conversation:
    return services.database.run(lambda s: Cast(s).conversation(subject="Boiler"))


def keep(services, name: str, text: str, team_id: str | None = None) -> str:
    values = CannedValues(name=name, text=text, team_id=team_id)
    return services.database.run(lambda s: canned.add(s, values, by=SYSTEM).id)


async def found(browser, conversation, words: str = "") -> str:
    url = f"/conversations/{conversation.number}/canned-responses"
    return await (await browser.get(url, params={"q": words}, headers=FRAGMENT)).text()


async def test_it_is_written_changed_and_deleted_in_settings(signed_in, owner, services):
    browser = await signed_in(owner)
    form = {"name": "Greeting", "text": GREETING, "team_id": ""}
    await browser.post("/settings/canned-responses/new", data=form)
    kept = services.database.look(lambda s: s.exec(select(CannedResponse)).one())
    page = f"/settings/canned-responses/{kept.id}"
    assert "Greeting" in await (await browser.get("/settings/canned-responses")).text()

    await browser.post(page, data=form | {"name": "Hello"})
    assert "Hello" in await (await browser.get(page)).text()
    await browser.post(f"{page}/delete")
    assert (await browser.get(page)).status == 404


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"name": "Taken"}, "There is a canned response of this name"),
        ({"text": "Hello {{contact.password}}"}, "contact.password"),
        ({"text": ""}, "text"),
    ],
)
async def test_what_can_not_be_kept_is_said_at_its_field(
    signed_in, owner, services, changes, remedy
):
    keep(services, "Taken", "Something")
    browser = await signed_in(owner)
    form = {"name": "New", "text": GREETING, "team_id": "", **changes}
    answer = await browser.post("/settings/canned-responses/new", data=form)

    assert answer.status == 422
    assert remedy in await answer.text()


async def test_it_is_inserted_with_the_names_of_both_and_counted(
    signed_in, owner, services, conversation
):
    kept = keep(services, "Greeting", GREETING)
    browser = await signed_in(owner)
    url = f"/conversations/{conversation.number}/canned-responses/{kept}/uses"
    answer = await (await browser.post(url, headers=FRAGMENT)).json()

    assert answer["text"] == f"Hello Marko, {owner.name.split()[0]} here about Boiler."
    assert services.database.look(lambda s: s.get_one(CannedResponse, kept).used) == 1


async def test_it_is_found_by_words_without_their_marks_and_the_most_used_is_first(
    signed_in, owner, services, conversation
):
    keep(services, "Враћање новца", "Novac vraćamo za pet dana.")
    often = keep(services, "Hours", "We are open from nine to five.")
    browser = await signed_in(owner)
    await browser.post(f"/conversations/{conversation.number}/canned-responses/{often}/uses")

    assert "Hours" in (await found(browser, conversation)).split("</strong>")[0]
    assert "Враћање" in await found(browser, conversation, "vracamo pet")
    assert "No canned response" in await found(browser, conversation, "penguin")


async def test_that_of_a_team_is_offered_to_its_members(signed_in, owner, services, conversation):
    def team(session: Session) -> str:
        made = Team(name="Billing")
        session.add(made)
        session.flush()
        return made.id

    team_id = services.database.run(team)
    keep(services, "Invoice", "The invoice is attached.", team_id)
    browser = await signed_in(owner)
    assert "Invoice" not in await found(browser, conversation)

    member = TeamMembership(team_id=team_id, agent_id=owner.id)
    services.database.run(lambda s: s.add(member))
    assert "Invoice" in await found(browser, conversation)
