"""A site proves who its visitor is, and he is the same person on every device and channel."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from sqlmodel import select

from inbox import clock
from inbox.channels.webchat import WebchatSettings
from inbox.crm import contacts
from inbox.desk import accounts, inboxes
from inbox.envelope import Address
from inbox.errors import Invalid
from inbox.events import SYSTEM
from inbox.model import Contact, Identity, Inbox
from inbox.services import Services
from tests.web.webchat_desk import take_in

SECRET = "a-secret-of-the-shop-of-forty-characters"
ANA = {"sub": "customer-42", "email": "Ana@Example.com", "name": "Ana Petrović"}


def signed(secret: str = SECRET, minutes: int = 5, **claims: Any) -> dict[str, str]:
    until = clock.now() + timedelta(minutes=minutes)
    return {"token": jwt.encode({**ANA, "exp": until, **claims}, secret, algorithm="HS256")}


@pytest.fixture
def inbox(services: Services, make_inbox: Callable[..., Inbox]) -> Inbox:
    made = make_inbox()

    def work(session: Any) -> None:
        row = session.get(Inbox, made.id)
        row.secrets = services.vault.encrypt({"identity_secret": SECRET})
        row.version += 1

    services.database.run(work)
    return services.database.look(lambda session: session.get(Inbox, made.id))


async def become(client, inbox, identity, token=""):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    posted = {"identity": identity}
    return await client.post(f"/widget/{inbox.id}/visitors", json=posted, headers=headers)


async def token_of(client, inbox, identity, token=""):
    response = await become(client, inbox, identity, token)
    assert response.status == 201, await response.text()
    return (await response.json())["token"]


async def write(client, inbox, token, services, client_id="message-1"):
    posted = {"client_id": client_id, "text": "Zdravo"}
    headers = {"Authorization": f"Bearer {token}"}
    response = await client.post(f"/widget/{inbox.id}/messages", json=posted, headers=headers)
    assert response.status == 201
    take_in(services, inbox)


async def texts(client, inbox, token):
    headers = {"Authorization": f"Bearer {token}"}
    response = await client.get(f"/widget/{inbox.id}/messages", headers=headers)
    return [message["text"] for message in (await response.json())["messages"]]


def people(services: Services) -> list[str]:
    return services.database.look(lambda s: [c.name for c in s.exec(select(Contact))])


def identities(services: Services) -> dict[str, tuple[str, bool]]:
    return services.database.look(
        lambda s: {i.kind: (i.value, i.verified_at is not None) for i in s.exec(select(Identity))}
    )


async def test_a_signed_visitor_is_known_by_his_id_and_address(client, inbox, services):
    await write(client, inbox, await token_of(client, inbox, signed()), services)

    known = identities(services)
    assert known["external"] == ("customer-42", True)
    assert known["email"] == ("ana@example.com", True)
    assert people(services) == ["Ana Petrović"]


async def test_who_wrote_by_mail_before_is_the_same_person(client, inbox, services):
    mailer = Address(kind="email", value="ana@example.com", name="Ana P.")
    services.database.run(lambda session: contacts.find_or_create(session, [mailer]) and None)
    await write(client, inbox, await token_of(client, inbox, signed()), services)

    assert people(services) == ["Ana P."]


async def test_on_another_device_the_history_is_there(client, inbox, services):
    await write(client, inbox, await token_of(client, inbox, signed()), services)
    elsewhere = await token_of(client, inbox, signed())

    assert await texts(client, inbox, elsewhere) == ["Zdravo"]


async def test_what_was_written_before_signing_in_stays_his(client, inbox, token, services):
    await write(client, inbox, token, services)
    known = await token_of(client, inbox, signed(), token)
    await write(client, inbox, known, services, "message-2")

    assert await texts(client, inbox, known) == ["Zdravo", "Zdravo"]
    assert len(people(services)) == 1


async def test_the_next_person_at_the_same_machine_sees_nothing_of_it(client, inbox, services):
    hers = await token_of(client, inbox, signed())
    await write(client, inbox, hers, services)
    his = await token_of(client, inbox, signed(sub="customer-43", email="", name="Petar"), hers)

    assert await texts(client, inbox, his) == []


async def test_a_hash_proves_the_id_alone(client, inbox, services):
    right = hmac.new(SECRET.encode(), b"customer-42", hashlib.sha256).hexdigest()
    claimed = {"id": "customer-42", "hash": right, "email": "boss@example.com"}
    await write(client, inbox, await token_of(client, inbox, claimed), services)

    assert set(identities(services)) == {"external", "visitor"}


@pytest.mark.parametrize(
    ("identity", "why"),
    [
        (signed("another-secret-of-forty-characters-......"), "Signature verification failed"),
        (signed(minutes=-5), "expired"),
        ({"token": jwt.encode(ANA, SECRET, algorithm="HS256")}, 'missing the "exp" claim'),
        ({"token": "nonsense"}, "not valid"),
        ({"id": "customer-42", "hash": "0" * 64}, "not the HMAC-SHA256"),
        ({"id": "customer-42", "hash": "č"}, "not the HMAC-SHA256"),
        (lambda: signed(sub=""), "wrong id"),
        ("nonsense", "wrong shape"),
        ({"token": 7}, "wrong token"),
    ],
)
async def test_a_proof_that_does_not_hold_says_why(client, inbox, identity, why):
    # a token that holds for minutes is made when it is needed
    response = await become(client, inbox, identity() if callable(identity) else identity)

    problem = (await response.json())["error"]
    assert (response.status, problem["code"]) == (403, "bad_identity")
    assert why in problem["message"]


async def test_without_a_secret_nobody_can_be_proven(client, make_inbox):
    response = await become(client, make_inbox(slug="bare"), signed())

    assert (await response.json())["error"]["code"] == "bad_identity"


async def test_a_token_of_a_proven_visitor_is_good_for_its_inbox_only(client, inbox, make_inbox):
    hers = await token_of(client, inbox, signed())
    headers = {"Authorization": f"Bearer {hers}"}
    other = make_inbox(slug="other")
    response = await client.get(f"/widget/{other.id}/messages", headers=headers)

    assert response.status == 403


def test_a_short_secret_is_refused():
    with pytest.raises(Invalid) as refused:
        accounts.validate(WebchatSettings, {"identity_secret": "short"})

    assert "32 characters" in refused.value.fields["identity_secret"]


async def test_after_a_new_secret_the_one_before_is_good_until_it_is_removed(
    client, inbox, services
):
    rotate = inboxes.rotate_identity_secret
    fresh = services.database.run(lambda s: rotate(s, inbox.id, vault=services.vault, by=SYSTEM))

    assert fresh != SECRET
    assert (await become(client, inbox, signed(fresh))).status == 201
    assert (await become(client, inbox, signed(SECRET))).status == 201

    newest = services.database.run(lambda s: rotate(s, inbox.id, vault=services.vault, by=SYSTEM))
    assert (await become(client, inbox, signed(newest))).status == 201
    assert (await become(client, inbox, signed(fresh))).status == 201
    refused = await become(client, inbox, signed(SECRET))
    assert refused.status == 403
    assert "Signature" in (await refused.json())["error"]["message"]
