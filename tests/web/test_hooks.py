"""Providers call us: checked, kept, then acknowledged."""

import asyncio
import sqlite3
from io import BytesIO

import orjson
import pytest
from pydantic import SecretStr
from sqlmodel import select
from twilio.request_validator import RequestValidator

from inbox.channels.api import ApiSettings
from inbox.channels.api.signing import HEADER, signature
from inbox.channels.sms import SmsSettings
from inbox.channels.telegram import TelegramSettings
from inbox.desk import inboxes
from inbox.desk.inboxes import NewInbox
from inbox.events import SYSTEM
from inbox.model import Arrival, ArrivalState
from inbox.workers.ingest import Ingesting

SMS = SmsSettings(account_sid="AC1", auth_token=SecretStr("twilio-token"), sender="+15005550006")
TELEGRAM = TelegramSettings(
    token=SecretStr("1:a"), mode="webhook", webhook_secret=SecretStr("telegram-secret")
)
API = ApiSettings(secret=SecretStr("wave"))
UPDATE = {
    "update_id": 7,
    "message": {
        "message_id": 1, "date": 1, "text": "Hi", "chat": {"id": 5, "type": "private"},
        "from": {"id": 5, "is_bot": False, "first_name": "Mia"},
    },
}  # fmt: skip
ARRIVAL = {"external_id": "1", "sender": {"value": "m1"}, "text": "Hello"}


@pytest.fixture
def made(services):
    def make(kind, settings):
        new = NewInbox(name=kind, kind=kind, settings=settings)
        return services.database.run(
            lambda s: inboxes.create(s, new, vault=services.vault, by=SYSTEM)
        )

    return make


def kept(services):
    return services.database.look(lambda s: s.exec(select(Arrival)).all())


async def test_a_text_message_is_checked_by_the_public_address_not_by_the_host(
    open_browser, services, made
):
    inbox, client = made("sms", SMS), await open_browser()
    form = {"MessageSid": "SM1", "From": "+381601234567", "To": "+15005550006", "Body": "Zdravo"}
    url = f"{services.settings.public_url}/hooks/{inbox.id}?from=twilio"
    signed = RequestValidator("twilio-token").compute_signature(url, form)
    answer = await client.post(
        f"/hooks/{inbox.id}?from=twilio",
        data=form,
        headers={"X-Twilio-Signature": signed, "Host": "elsewhere.example"},
    )

    assert (answer.status, answer.content_type) == (200, "text/xml")
    assert [row.external_id for row in kept(services)] == ["SM1"]


async def test_an_update_of_telegram_needs_its_secret(open_browser, services, made):
    inbox, client = made("telegram", TELEGRAM), await open_browser()
    for secret, status in (("wrong", 403), ("telegram-secret", 200)):
        answer = await client.post(
            f"/hooks/{inbox.id}",
            json=UPDATE,
            headers={"X-Telegram-Bot-Api-Secret-Token": secret},
        )
        assert answer.status == status
    assert len(kept(services)) == 1


async def test_a_signed_arrival_is_kept_once_however_often_it_comes(open_browser, services, made):
    inbox, client = made("api", API), await open_browser()
    body = orjson.dumps(ARRIVAL)
    headers = {HEADER: signature("wave", body)}
    answers = await asyncio.gather(
        *(client.post(f"/hooks/{inbox.id}", data=body, headers=headers) for _ in range(5))
    )

    assert {answer.status for answer in answers} == {202}
    assert len(kept(services)) == 1


async def test_what_is_signed_but_of_no_use_is_a_bad_request(open_browser, services, made):
    inbox, client = made("api", API), await open_browser()
    answer = await client.post(
        f"/hooks/{inbox.id}", data=b"{}", headers={HEADER: signature("wave", b"{}")}
    )

    assert answer.status == 400
    assert (await answer.json())["error"]["code"] == "bad_request"
    assert kept(services) == []


async def test_an_unknown_inbox_and_an_archived_one_are_not_there(open_browser, services, made):
    inbox, client = made("api", API), await open_browser()
    services.database.run(lambda s: inboxes.archive(s, inbox.id, True, by=SYSTEM))
    for inbox_id in (inbox.id, "nothing"):
        assert (await client.post(f"/hooks/{inbox_id}", data=b"{}")).status == 404


async def test_what_comes_to_an_inbox_that_is_switched_off_waits_until_it_is_on(
    open_browser, services, made
):
    inbox, client = made("api", API), await open_browser()
    services.database.run(lambda s: inboxes.update(s, inbox.id, {"enabled": False}, by=SYSTEM))
    body = orjson.dumps(ARRIVAL)

    answer = await client.post(
        f"/hooks/{inbox.id}", data=body, headers={HEADER: signature("wave", body)}
    )

    assert answer.status == 202
    ingesting = Ingesting(services)
    assert await ingesting.work() == 0
    services.database.run(lambda s: inboxes.update(s, inbox.id, {"enabled": True}, by=SYSTEM))
    assert await ingesting.work() == 1
    await ingesting.close()
    assert [row.state for row in kept(services)] == [ArrivalState.DONE]


async def test_a_body_beyond_the_limit_is_not_read(open_browser, services, made):
    inbox, client = made("api", API), await open_browser()
    answer = await client.post(f"/hooks/{inbox.id}", data=BytesIO(bytes(10 * 1024 * 1024 + 1)))

    assert answer.status == 413


async def test_while_the_inbox_is_set_up_wrongly_the_provider_is_asked_to_call_again(
    open_browser, services, made
):
    """As after an upgrade that asks for more; what is refused for good nobody sends again."""
    inbox, client = made("telegram", TELEGRAM), await open_browser()

    def spoil(session):
        inbox.settings = {**inbox.settings, "mode": "pigeon"}
        session.merge(inbox)

    services.database.run(spoil)
    secret = {"X-Telegram-Bot-Api-Secret-Token": "telegram-secret"}

    answer = await client.post(f"/hooks/{inbox.id}", json=UPDATE, headers=secret)

    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")


async def test_without_the_database_the_provider_is_asked_to_call_again(
    open_browser, services, made
):
    inbox, client = made("api", API), await open_browser()
    with sqlite3.connect(services.settings.data_dir / "inbox.sqlite3") as other:
        other.execute("ALTER TABLE arrival RENAME TO gone")
    body = orjson.dumps(ARRIVAL)
    answer = await client.post(
        f"/hooks/{inbox.id}", data=body, headers={HEADER: signature("wave", body)}
    )
    other.close()

    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
