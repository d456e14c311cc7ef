"""The page of webhooks: a secret shown once, a ping, and a log from which to try again."""

import re

import pytest
from sqlmodel import select

from inbox.desk import telling, webhooks
from inbox.events import SYSTEM, EventKind, record
from inbox.model import Event, MessageState, Webhook, WebhookDelivery

PATH = "/settings/webhooks"
FORM = {"url": "https://shop.example/told", "inbox_id": "", "events": "message_received"}


@pytest.fixture
async def admin(signed_in, owner):
    return await signed_in(owner)


@pytest.fixture
def webhook(services, owner) -> Webhook:
    made, _secret = services.database.run(
        lambda s: webhooks.create(s, FORM["url"], [], None, vault=services.vault, by=SYSTEM)
    )
    return made


async def post(client, path, data=None):
    return await client.post(path, data=data or {}, allow_redirects=False)


def deliveries(services) -> list[WebhookDelivery]:
    return services.database.look(lambda s: s.exec(select(WebhookDelivery)).all())


async def test_the_secret_is_shown_once_and_signs_the_calls(admin, services):
    answer = await post(admin, f"{PATH}/new", FORM)
    secret = re.search(r"<code>(whsec_[^<]+)</code>", await answer.text())
    (made,) = services.database.look(webhooks.every)

    assert secret is not None
    assert services.vault.decrypt(made.secret) == {"secret": secret[1]}
    assert made.events == ["message_received"]
    for path in (PATH, f"{PATH}/{made.id}", f"{PATH}/{made.id}/log"):
        assert secret[1] not in await (await admin.get(path)).text()


async def test_a_bad_address_and_an_unknown_event_are_named(admin, services):
    form = {**FORM, "url": "ftp://x.example", "events": "moon_landed"}
    answer = await post(admin, f"{PATH}/new", form)
    text = await answer.text()

    assert answer.status == 422
    assert "Give an http or https address" in text
    assert "Not known: moon_landed." in text
    assert services.database.look(webhooks.every) == []


async def test_who_saves_second_is_shown_what_the_first_changed(admin, services, webhook):
    page = await (await admin.get(f"{PATH}/{webhook.id}")).text()
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen is not None
    theirs = {"url": "https://theirs.example/told"}
    services.database.run(lambda s: webhooks.update(s, webhook.id, theirs, by=SYSTEM))
    mine = {"url": "https://mine.example/told", "inbox_id": "", "enabled": "true"}
    answer = await post(admin, f"{PATH}/{webhook.id}", {**mine, "seen": seen[1]})
    text = await answer.text()
    newer = re.search(r'name="seen" value="([^"]+)"', text)

    assert answer.status == 409
    assert "https://theirs.example/told" in text
    assert 'value="https://mine.example/told"' in text
    assert newer is not None
    assert (await post(admin, f"{PATH}/{webhook.id}", {**mine, "seen": newer[1]})).status == 303
    (stored,) = services.database.look(webhooks.every)
    assert stored.url == mine["url"]


async def test_a_ping_that_fails_is_logged_and_switches_nothing_off(admin, services, webhook):
    await post(admin, f"{PATH}/{webhook.id}/ping")
    (due,) = services.database.run(lambda s: telling.claim_due(s, 10))
    services.database.run(
        lambda s: telling.not_told(s, due.delivery.id, 500, "<b>oops</b>", "It answered 500.")
    )
    text = await (await admin.get(f"{PATH}/{webhook.id}/log")).text()
    (stored,) = services.database.look(webhooks.every)

    assert "Gave up" in text
    assert "&lt;b&gt;oops" in text
    assert (stored.enabled, stored.failing_since) == (True, None)


async def test_a_webhook_that_is_off_is_not_pinged(admin, services, webhook):
    off = {"enabled": False}
    services.database.run(lambda s: webhooks.update(s, webhook.id, off, by=SYSTEM))
    answer = await post(admin, f"{PATH}/{webhook.id}/ping")

    assert answer.status == 409
    assert deliveries(services) == []


async def test_what_failed_is_told_again_by_a_button(admin, services, webhook):
    def fail(session):
        telling.queue(session, record(session, EventKind.CONTACT_CREATED, by=SYSTEM))
        session.flush()
        delivery = session.exec(select(WebhookDelivery)).one()
        delivery.attempts, delivery.state = telling.TRIES, MessageState.FAILED
        session.add(delivery)
        return delivery.id

    failed = services.database.run(fail)
    await post(admin, f"{PATH}/{webhook.id}/log/{failed}/retry")

    (delivery,) = deliveries(services)
    assert (delivery.state, delivery.attempts) == (MessageState.QUEUED, 0)
    assert (await post(admin, f"{PATH}/other/log/{failed}/retry")).status == 404


async def test_the_log_goes_on_page_by_page_without_a_gap(admin, services, webhook):
    def many(session):
        for _ in range(60):
            event = record(session, EventKind.CONTACT_CREATED, by=SYSTEM)
            session.flush()
            telling.queue(session, event)
        return session.exec(select(Event)).all()

    services.database.run(many)
    first = await (await admin.get(f"{PATH}/{webhook.id}/log")).text()
    link = re.search(r'href="([^"]+after=[^"]+)"', first)
    assert link is not None
    second = await (await admin.get(link[1])).text()

    ids = [set(re.findall(r"/log/(\w+)/retry", page)) for page in (first, second)]
    assert (len(ids[0]), len(ids[1])) == (50, 10)
    assert not ids[0] & ids[1]


async def test_a_webhook_is_removed_with_its_log(admin, services, webhook):
    await post(admin, f"{PATH}/{webhook.id}/ping")
    await post(admin, f"{PATH}/{webhook.id}/delete")

    assert services.database.look(webhooks.every) == []
    assert deliveries(services) == []
