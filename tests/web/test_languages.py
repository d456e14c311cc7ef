"""Pages in the language of their reader."""

import re

import pytest
from sqlmodel import Session, select

from inbox.desk import health
from inbox.events import SYSTEM
from inbox.i18n import Phrase
from inbox.model import Agent, Event, Health, Inbox
from inbox.routing import distributing
from tests.cast import Cast

CYRILLIC = re.compile("[\u0400-\u04ff]")


@pytest.mark.parametrize(
    ("accepted", "language", "expected"),
    [
        ("sr-Latn-RS,sr;q=0.9", "sr-Latn", "Lozinka"),
        ("sr,en;q=0.8", "sr-Cyrl", "Лозинка"),
        ("de,en;q=0.5", "en", "Password"),
    ],
)
async def test_a_visitor_is_spoken_to_as_the_browser_asks(
    compiled_catalogues, open_browser, owner, accepted, language, expected
):
    client = await open_browser()
    page = await (await client.get("/sign-in", headers={"Accept-Language": accepted})).text()
    assert f'lang="{language}"' in page
    assert expected in page


@pytest.mark.parametrize(
    ("locale", "expected"), [("sr_Latn", "Podešavanja"), ("sr_Cyrl", "Подешавања")]
)
async def test_an_agent_reads_the_desk_in_the_chosen_script(
    compiled_catalogues, signed_in, services, owner, locale, expected
):
    services.database.run(lambda session: _choose(session, owner.id, locale))
    client = await signed_in(owner)
    page = await (await client.get("/profile")).text()
    assert expected in page
    # the names of the languages stay as their speakers write them
    assert bool(CYRILLIC.search(page.replace("Српски", ""))) == (locale == "sr_Cyrl")


async def test_reasons_and_refusals_are_read_in_the_readers_language(
    compiled_catalogues, signed_in, services, owner
):
    """Both were written by code that knew neither the reader nor the language."""

    def work(session: Session) -> tuple[int, str]:
        cast = Cast(session)
        for name in ("Boris", "Vera"):
            cast.goes_home(name)
        conversation = cast.conversation()
        distributing.distribute(session, conversation, by=SYSTEM)
        _choose(session, owner.id, "sr_Latn")
        return conversation.number, conversation.id

    number, conversation_id = services.database.run(work)
    client = await signed_in(owner)
    page = await (await client.get(f"/conversations/{number}")).text()
    (event,) = services.database.look(
        lambda s: s.exec(select(Event).where(Event.kind == "conversation_assigned")).all()
    )
    why = await (await client.get(f"/conversations/{conversation_id}/why?event={event.id}")).text()
    form = {"email": "", "name": "x" * 301, "phone": ""}
    refused = await (await client.post("/contacts/new", data=form)).text()

    assert event.particulars["reason"] == "Ana is the only one free."
    assert "Slobodan je samo agent Ana<" in page
    assert "Slobodan je samo agent Ana" in why
    assert "nije na vezi" in why
    assert "Najviše 300 znakova." in refused


async def test_what_a_channel_said_is_read_in_the_readers_language(
    compiled_catalogues, signed_in, services, owner
):
    def work(session: Session) -> None:
        inbox = Cast(session).inbox
        why = Phrase("There is no server with the name %(host)s.", host="mail.acme.example")
        health.note(session, inbox.id, Health.TROUBLE, why)
        _choose(session, owner.id, "sr_Latn")

    services.database.run(work)
    page = await (await (await signed_in(owner)).get("/settings/inboxes")).text()
    stored = services.database.look(lambda s: s.exec(select(Inbox)).one().health_reason)

    assert stored == "There is no server with the name mail.acme.example."
    assert "Nema servera sa imenom mail.acme.example." in page


def _choose(session: Session, agent_id: str, locale: str) -> None:
    agent = session.get_one(Agent, agent_id)
    agent.locale = locale
    session.add(agent)
