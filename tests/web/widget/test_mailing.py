"""The conversation by mail, and where an answer reaches who has left."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from inbox.model import Contact, Conversation, Delivery, Identity, Inbox, Message
from inbox.services import Services
from tests.web.webchat_desk import answer, take_in


@pytest.fixture
def inbox(services: Services, make_inbox: Callable[..., Inbox]) -> Inbox:
    def mail(session: Any) -> str:
        made = Inbox(name="Mail", kind="email", slug="mail", address="help@shop.example")
        session.add(made)
        session.flush()
        return str(made.id)

    return make_inbox(title="Acme", mail_inbox=services.database.run(mail))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def write(client, inbox, token, services, **more: Any) -> None:
    posted = {"client_id": "message-1", "text": "Where is my order?", **more}
    url = f"/widget/{inbox.id}/messages"
    assert (await client.post(url, json=posted, headers=bearer(token))).status == 201
    take_in(services, inbox)


async def ask(client, inbox, token, email="") -> Any:
    url = f"/widget/{inbox.id}/transcripts"
    return await client.post(url, json={"email": email}, headers=bearer(token))


def mails(services: Services) -> list[Message]:
    wanted = select(Message).where(Message.channel == "email")
    return services.database.look(lambda s: list(s.exec(wanted)))


async def test_the_conversation_goes_to_the_address_that_we_know(client, inbox, token, services):
    await write(client, inbox, token, services, email="ana@example.com", time_zone="Nowhere/At")
    answer(services, "On its way")
    response = await ask(client, inbox, token)

    assert (response.status, await response.json()) == (202, {"email": "ana@example.com"})
    (mail,) = mails(services)
    assert mail.subject == "Your conversation with Acme"
    assert "Where is my order?" in mail.text
    assert "Ana, " in mail.text
    assert mail.text.index("Where is") < mail.text.index("On its way")
    assert (mail.automatic, mail.recipients["to"]) == (True, ["ana@example.com"])
    assert services.database.look(lambda s: len(s.exec(select(Delivery)).all())) == 2
    row = services.database.look(lambda s: s.exec(select(Conversation)).one())
    assert (row.preview, row.last_author) == ("On its way", "agent")


async def test_it_goes_to_an_address_that_is_typed_a_few_times_only(client, inbox, token, services):
    await write(client, inbox, token, services)
    statuses = [(await ask(client, inbox, token, "Ana@Example.com")).status for _ in range(4)]

    assert statuses == [202, 202, 202, 429]
    assert {mail.recipients["to"][0] for mail in mails(services)} == {"ana@example.com"}


async def test_without_an_address_it_is_asked_for(client, inbox, token, services):
    await write(client, inbox, token, services)
    response = await ask(client, inbox, token)

    assert response.status == 422
    assert "email" in (await response.json())["error"]["fields"]


async def test_there_is_nothing_to_send_before_anything_was_said(client, inbox, token):
    assert (await ask(client, inbox, token, "ana@example.com")).status == 404


async def test_a_site_can_do_without_it(client, make_inbox, services, inbox, token):
    services.database.run(
        lambda s: setattr(
            s.get(Inbox, inbox.id), "settings", {**inbox.settings, "transcripts": False}
        )
    )
    await write(client, inbox, token, services, email="ana@example.com")

    assert (await ask(client, inbox, token)).status == 404


async def test_an_address_left_in_the_chat_is_claimed_and_not_proven(
    client, inbox, token, services
):
    await write(client, inbox, token, services)
    url = f"/widget/{inbox.id}/addresses"
    posted = {"email": " Ana@Example.com "}
    assert (await client.post(url, json=posted, headers=bearer(token))).status == 202

    wanted = select(Identity).where(Identity.kind == "email")
    identity = services.database.look(lambda s: s.exec(wanted).one())
    assert (identity.value, identity.proof) == ("ana@example.com", "claimed")
    assert identity.verified_at is None


async def test_somebody_elses_address_stays_theirs(client, inbox, token, services):
    def other(session: Any) -> None:
        contact = Contact(name="Boss")
        session.add(contact)
        session.flush()
        session.add(Identity(contact_id=contact.id, kind="email", value="boss@example.com"))

    services.database.run(other)
    await write(client, inbox, token, services)
    url = f"/widget/{inbox.id}/addresses"
    await client.post(url, json={"email": "boss@example.com"}, headers=bearer(token))

    wanted = select(Contact).join(Identity).where(Identity.value == "boss@example.com")
    assert services.database.look(lambda s: s.exec(wanted).one().name) == "Boss"
