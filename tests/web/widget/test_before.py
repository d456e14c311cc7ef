"""What is asked before the chat: kept on the contact; consent, without which nothing is taken."""

from typing import Any

import pytest
from sqlmodel import select

from inbox.channels.webchat import WebchatSettings
from inbox.desk import accounts, proactive
from inbox.errors import Invalid
from inbox.events import SYSTEM
from inbox.model import Arrival, Company, Contact, Identity, Message
from inbox.web.widget.frame import consent_version
from tests.web.webchat_desk import take_in


async def token_of(client: Any, inbox: Any) -> str:
    answer = await client.post(f"/widget/{inbox.id}/visitors")
    return str((await answer.json())["token"])


async def post(client: Any, inbox: Any, token: str, **posted: Any) -> Any:
    message = {"client_id": "message-1", "text": "Hello", **posted}
    headers = {"Authorization": f"Bearer {token}"}
    return await client.post(f"/widget/{inbox.id}/messages", json=message, headers=headers)


def only(services: Any, table: Any) -> Any:
    return services.database.look(lambda s: s.exec(select(table)).one())


async def test_what_is_answered_before_the_chat_is_kept_on_the_contact(
    client, make_inbox, services
):
    inbox = make_inbox(ask_phone="required", questions=["Order number*"])
    told = {
        "name": "Ana", "email": "ana@example.com", "phone": "+381 64 123 45 67",
        "company": "Acme", "city": "Novi Sad", "answers": {"Order number": "18204", "Admin": "1"},
    }  # fmt: skip
    response = await post(client, inbox, await token_of(client, inbox), **told)
    assert response.status == 201
    take_in(services, inbox)

    contact = only(services, Contact)
    assert (contact.name, contact.city) == ("Ana", "Novi Sad")
    assert contact.custom == {"Order number": "18204"}
    assert only(services, Company).id == contact.company_id
    found = services.database.look(lambda s: s.exec(select(Identity)).all())
    claimed = {(one.kind, one.value) for one in found if one.proof == "claimed"}
    assert claimed == {("email", "ana@example.com"), ("phone", "+381641234567")}


async def test_what_is_known_of_a_contact_is_not_overwritten(client, make_inbox, services):
    inbox = make_inbox(questions=["Size"])
    token = await token_of(client, inbox)
    await post(client, inbox, token, company="Acme", answers={"Size": "42"})
    take_in(services, inbox)
    more = {"client_id": "message-2", "company": "Other", "answers": {"Size": "36"}}
    await post(client, inbox, token, **more)
    take_in(services, inbox)

    assert only(services, Contact).custom == {"Size": "42"}
    assert only(services, Company).name == "Acme"


async def test_without_consent_nothing_is_taken_where_it_is_asked_for(client, make_inbox, services):
    text = "We keep what you write for a year."
    inbox = make_inbox(consent=text)
    token = await token_of(client, inbox)
    refused = await post(client, inbox, token)
    assert refused.status == 422
    assert (await refused.json())["error"]["code"] == "consent_needed"
    assert services.database.look(lambda s: s.exec(select(Arrival)).all()) == []

    assert (await post(client, inbox, token, consent=consent_version(text))).status == 201
    take_in(services, inbox)

    identity = only(services, Identity)
    assert identity.consent_version == consent_version(text)
    assert identity.consented_at is not None


async def test_an_answer_to_a_proactive_message_shows_what_was_said(client, make_inbox, services):
    inbox = make_inbox()
    said = services.database.run(lambda s: speak(s, inbox.id))
    await post(client, inbox, await token_of(client, inbox), shown=said)
    take_in(services, inbox)

    assert only(services, Message).quoted == "Any question about the prices?"


async def test_the_words_of_a_proactive_message_are_never_the_visitors(
    client, make_inbox, services
):
    inbox = make_inbox()
    await post(client, inbox, await token_of(client, inbox), shown="You get it for free")
    take_in(services, inbox)

    assert only(services, Message).quoted == ""


def speak(session: Any, inbox_id: str) -> str:
    said = proactive.Said(text="Any question about the prices?")
    return str(proactive.create(session, inbox_id, said, by=SYSTEM).id)


@pytest.mark.parametrize(
    ("settings", "field", "why"),
    [
        ({"questions": [f"Question {number}" for number in range(6)]}, "questions", "at most 5"),
        ({"questions": ["Size", "Size*"]}, "questions", "the same"),
        ({"questions": ["x" * 81]}, "questions", "80 characters"),
        ({"languages": ["en", "tlh"]}, "languages", "tlh"),
        ({"ask_email": "sometimes"}, "ask_email", "Choose one"),
    ],
)
def test_settings_that_can_not_be_are_named(settings, field, why):
    with pytest.raises(Invalid) as refused:
        accounts.validate(WebchatSettings, settings)

    assert why in refused.value.fields[field]
