"""F48, F50: addresses of third parties and names that do not answer hold up nobody else."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlmodel import Session, select

from inbox import resolving
from inbox.channels.base import Unreachable
from inbox.channels.email.connecting import connect
from inbox.desk import telling, webhooks
from inbox.events import SYSTEM, EventKind, record
from inbox.model import MessageState, Webhook, WebhookDelivery
from inbox.workers import webhooks as worker
from inbox.workers.webhooks import Telling
from tests.faults.certificates import Authority
from tests.faults.shop import Shop, until
from tests.servers.mail import free_ports

CHUNK = b"x" * 65536


class Listener:
    """A third party's program; what it does is in the path that is called."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.sent = 0
        self.release = asyncio.Event()

    async def take(self, request: web.Request) -> web.StreamResponse:
        what = request.match_info["what"]
        self.calls.append(what)
        if what == "hang":
            await self.release.wait()
        if what == "circle":
            raise web.HTTPFound("/circle")
        if what == "flood":
            return await self._flood(request)
        return web.Response(status=500 if what == "broken" else 200)

    async def _flood(self, request: web.Request) -> web.StreamResponse:
        """Ten gigabytes, if nobody stops it."""
        answer = web.StreamResponse()
        await answer.prepare(request)
        while self.sent < 10 * 1024**3:
            await answer.write(CHUNK)
            self.sent += len(CHUNK)
        return answer


@pytest.fixture
async def listener(shop: Shop) -> AsyncIterator[Any]:
    made = Listener()
    app = web.Application()
    app.router.add_post("/{what}", made.take)
    server = TestServer(app, port=shop.port())
    await server.start_server()
    made.base = f"http://127.0.0.1:{server.port}"  # type: ignore[attr-defined]
    yield made
    made.release.set()
    await server.close()


async def webhook(shop: Shop, url: str) -> str:
    made, _secret = await shop.services.database.write(
        lambda s: webhooks.create(s, url, (), None, vault=shop.services.vault, by=SYSTEM)
    )
    return made.id


async def happens(shop: Shop, times: int = 1) -> None:
    """So many events, told to every address."""

    def work(session: Session) -> None:
        for _ in range(times):
            event = record(session, EventKind.CONTACT_CREATED, by=SYSTEM, name="Mia")
            session.flush()
            telling.queue(session, event)

    await shop.services.database.write(work)


@pytest.mark.parametrize("what", ["broken", "hang", "flood", "circle"])
async def test_f48_whatever_an_address_does_it_costs_little_time_and_memory(
    shop: Shop, listener: Any, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SECONDS", 1)
    await webhook(shop, f"{listener.base}/{what}")
    await happens(shop)
    began = time.monotonic()
    await Telling(shop.services).work()

    (found,) = await shop.all(WebhookDelivery)
    assert (found.state, found.attempts, bool(found.error)) == (MessageState.QUEUED, 1, True)
    assert listener.calls == [what], "it is called once, and not led elsewhere"
    assert time.monotonic() - began < 5
    assert listener.sent < 64 * 1024 * 1024
    assert len(found.response) <= telling.LONGEST_LOGGED


async def test_f48_a_wrong_certificate_is_told_nothing(shop: Shop, tmp_path: Path) -> None:
    authority, heard = Authority(tmp_path), []

    async def take(request: web.Request) -> web.Response:
        heard.append(await request.read())
        return web.Response()

    app = web.Application()
    app.router.add_post("/told", take)
    server = TestServer(app, port=shop.port())
    await server.start_server(ssl=authority.context("stranger"))
    await webhook(shop, f"https://127.0.0.1:{server.port}/told")
    await happens(shop)
    await Telling(shop.services).work()
    await server.close()

    (found,) = await shop.all(WebhookDelivery)
    assert (heard, "certificate" in found.error.lower()) == ([], True)


async def test_f48_an_address_that_hangs_holds_up_no_other(
    shop: Shop, listener: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SECONDS", 4)
    await webhook(shop, f"{listener.base}/hang")
    await happens(shop, 60)
    await webhook(shop, f"{listener.base}/well")
    await happens(shop)
    teller = Telling(shop.services)
    began = time.monotonic()
    while await teller.begin():
        pass
    await until(lambda: "well" in listener.calls, "the other was told", 3)
    assert time.monotonic() - began < 3
    assert listener.calls.count("hang") <= 2 * worker.EACH
    listener.release.set()
    await teller.calls.close()


async def test_f48_a_dead_address_is_switched_off_after_twelve_tries_and_says_why(
    shop: Shop, listener: Any
) -> None:
    webhook_id = await webhook(shop, f"{listener.base}/broken")
    await happens(shop)
    teller = Telling(shop.services)
    for _ in range(telling.TRIES + 3):
        await shop.services.database.write(_hours_later)
        await teller.work()

    found = await shop.get(Webhook, webhook_id)
    assert len(listener.calls) == telling.TRIES == 12
    assert (found.enabled, "500" in found.disabled_reason) == (False, True)


def _hours_later(session: Session) -> None:
    for delivery in session.exec(select(WebhookDelivery)):
        delivery.not_before -= telling.PATIENCE * 4
        session.add(delivery)
    for webhook in session.exec(select(Webhook)):
        if webhook.failing_since:
            webhook.failing_since -= telling.PATIENCE
            session.add(webhook)


@pytest.fixture
def slow_dns(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[threading.Event]:
    """Whoever asks for slow.test waits until it is set; the others are answered."""
    answered = threading.Event()
    known = socket.getaddrinfo

    def look_up(host: Any, *rest: Any) -> Any:
        if host == "slow.test":
            answered.wait(20)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return known(host, *rest)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield answered
    answered.set()


async def test_f50_a_name_that_is_not_found_in_time_is_given_up_and_tried_again_later(
    slow_dns: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolving, "SECONDS", 0.3)
    began = time.monotonic()
    with pytest.raises(Unreachable, match=r"slow\.test does not answer"):
        await connect("slow.test", 25, "")
    assert time.monotonic() - began < 2


async def test_f50_slow_names_hold_up_neither_files_nor_other_names(
    shop: Shop, slow_dns: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolving, "SECONDS", 2)
    asked = [asyncio.create_task(_try("slow.test")) for _ in range(resolving.THREADS - 1)]
    await asyncio.sleep(0.1)
    began = time.monotonic()
    digest = await shop.services.files.put(b"a file")
    assert await shop.services.files.get(digest) == b"a file"
    assert await resolving.resolve("127.0.0.1", free_ports(1)[0])
    assert time.monotonic() - began < 1
    await asyncio.gather(*asked)


async def _try(host: str) -> None:
    with pytest.raises(TimeoutError):
        await resolving.resolve(host, 25)


async def test_f50_a_name_that_moved_is_followed(
    shop: Shop, listener: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The HTTP client forgets within seconds; mail asks at each connection."""
    asked: list[str] = []
    known = socket.getaddrinfo

    def look_up(host: Any, *rest: Any) -> Any:
        asked.append(host)
        return known("127.0.0.1" if host == "moving.test" else host, *rest)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    http = shop.services.channels.http()
    assert http.connector
    monkeypatch.setattr(http.connector._cached_hosts, "_ttl", 0.2)
    port = int(listener.base.rpartition(":")[2])
    for pause in (0, 0.3):
        await asyncio.sleep(pause)
        url, headers = f"http://moving.test:{port}/well", {"Connection": "close"}
        async with http.post(url, headers=headers) as answer:
            assert answer.status == 200

    assert asked.count("moving.test") == 2
