"""Third parties are told what happens: signed, at least once, and not for ever in vain."""

import hashlib
import hmac
from datetime import timedelta

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlmodel import select

from inbox import clock
from inbox import services as composition
from inbox.channels.api.signing import HEADER
from inbox.desk import telling, webhooks
from inbox.events import SYSTEM, EventKind, record
from inbox.model import MessageState, Webhook, WebhookDelivery
from inbox.settings import Settings
from inbox.workers.webhooks import Telling


class Listener:
    """A program that is told."""

    def __init__(self):
        self.calls, self.answer = [], web.Response(text="thanks")

    async def take(self, request):
        self.calls.append((request.headers, await request.read()))
        if isinstance(self.answer, Exception):
            raise self.answer
        return web.Response(
            status=self.answer.status, headers=self.answer.headers, body=self.answer.body
        )


@pytest.fixture
async def listener():
    made = Listener()
    app = web.Application()
    app.router.add_post("/told", made.take)
    server = TestServer(app)
    await server.start_server()
    made.port = server.port
    yield made
    await server.close()


@pytest.fixture
async def services(tmp_path, database_url, listener):
    settings = Settings(
        data_dir=tmp_path,
        database_url=database_url,
        private_hosts=f"127.0.0.1:{listener.port}",
        _env_file=None,
    )
    made = composition.build(settings)
    await made.start()
    yield made
    await made.close()


@pytest.fixture
def webhook(services, listener):
    return add(services, f"http://127.0.0.1:{listener.port}/told")


def add(services, url, events=()):
    return services.database.run(
        lambda s: webhooks.create(s, url, events, None, vault=services.vault, by=SYSTEM)
    )


def happens(services, kind=EventKind.CONTACT_CREATED):
    def work(session):
        event = record(session, kind, by=SYSTEM, name="Mia")
        session.flush()
        telling.queue(session, event)
        telling.queue(session, event)
        return event.id

    return services.database.run(work)


def rows(services, table):
    return services.database.look(lambda s: s.exec(select(table)).all())


def make_due(services):
    def work(session):
        for delivery in session.exec(select(WebhookDelivery)):
            delivery.not_before -= timedelta(days=2)
            session.add(delivery)

    services.database.run(work)


async def test_an_event_is_told_once_and_signed(services, listener, webhook):
    event_id = happens(services)
    assert await Telling(services).work() == 1
    assert await Telling(services).work() == 0

    [(headers, body)] = listener.calls
    seconds, digest = (part.partition("=")[2] for part in headers[HEADER].split(","))
    expected = hmac.new(webhook[1].encode(), f"{seconds}.".encode() + body, hashlib.sha256)
    assert digest == expected.hexdigest()
    assert orjson.loads(body)["id"] == event_id
    assert [(d.state, d.status_code) for d in rows(services, WebhookDelivery)] == [
        (MessageState.SENT, 200)
    ]


async def test_only_what_was_asked_for_is_told(services, listener):
    add(services, f"http://127.0.0.1:{listener.port}/told", ["tag_added"])
    happens(services)
    happens(services, EventKind.TAG_ADDED)
    await Telling(services).work()

    assert [orjson.loads(body)["kind"] for _, body in listener.calls] == ["tag_added"]


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(status=500),
        web.Response(status=302, headers={"Location": "/told"}),
        web.Response(body=b"x" * 100_000),
    ],
)
async def test_what_is_no_good_answer_is_tried_again_later(services, listener, webhook, answer):
    listener.answer = answer
    happens(services)
    await Telling(services).work()
    await Telling(services).work()

    assert len(listener.calls) == 1
    [delivery] = rows(services, WebhookDelivery)
    assert (delivery.state, delivery.attempts) == (MessageState.QUEUED, 1)
    assert delivery.error
    listener.answer = web.Response()
    make_due(services)
    await Telling(services).work()
    assert rows(services, WebhookDelivery)[0].state is MessageState.SENT
    assert rows(services, Webhook)[0].failing_since is None


async def test_an_address_that_never_takes_anything_is_switched_off(services, listener, webhook):
    listener.answer = web.Response(status=500)
    happens(services)
    for _ in range(20):
        make_due(services)
        await Telling(services).work()
        since_yesterday(services)

    assert len(listener.calls) == telling.TRIES
    [found] = rows(services, Webhook)
    assert (found.enabled, "500" in found.disabled_reason) == (False, True)


async def test_an_address_that_refuses_one_event_and_takes_others_stays_on(
    services, listener, webhook
):
    listener.answer = web.Response(status=500)
    happens(services)
    for _ in range(telling.TRIES - 1):
        make_due(services)
        await Telling(services).work()
        since_yesterday(services)
    listener.answer = web.Response(status=200)
    happens(services)
    services.database.run(_hold_back_the_first)
    await Telling(services).work()

    listener.answer = web.Response(status=500)
    make_due(services)
    await Telling(services).work()

    assert rows(services, Webhook)[0].enabled
    assert sorted(row.state for row in rows(services, WebhookDelivery)) == ["failed", "sent"]


def since_yesterday(services):
    def work(session):
        webhook = session.exec(select(Webhook)).one()
        if webhook.failing_since:
            webhook.failing_since = clock.now() - timedelta(days=1)

    services.database.run(work)


def _hold_back_the_first(session):
    first = session.exec(select(WebhookDelivery).order_by(WebhookDelivery.id)).first()
    first.not_before = clock.now() + timedelta(hours=1)


async def test_tries_are_spread_over_most_of_a_day():
    total = sum((telling._wait(n) for n in range(1, telling.TRIES)), timedelta())

    assert timedelta(hours=20) < total < timedelta(hours=26)


async def test_an_address_that_is_gone_is_switched_off_at_once(services, listener, webhook):
    listener.answer = web.Response(status=410)
    happens(services)
    await Telling(services).work()

    assert rows(services, Webhook)[0].enabled is False


async def test_private_addresses_are_not_called(services):
    add(services, "http://127.0.0.1:9/told")
    happens(services)
    await Telling(services).work()

    [delivery] = rows(services, WebhookDelivery)
    assert delivery.status_code is None
    assert "not public" in delivery.error
