"""The page on which one plays the customer, as a browser without scripts uses it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from inbox.services import build
from inbox.settings import Settings
from inbox.simulators import page
from inbox.simulators.cast import by_key
from inbox.simulators.providers import Simulators
from inbox.web import keys, watching
from inbox.web.middlewares import errors_shown, identified, same_site

if TYPE_CHECKING:
    from conftest import Shop

EMMA = by_key("emma")
Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client(simulators: Simulators, tmp_path: Path) -> AsyncIterator[Client]:
    services = build(Settings(data_dir=tmp_path / "shop", _env_file=None))
    app = web.Application(middlewares=[identified, errors_shown, same_site])
    app[keys.SERVICES] = services
    app[watching.WATCHING] = watching.Watching(services)
    app[page.SIMULATORS] = simulators
    for method, path, handler in page.routes():
        app.router.add_route(method, path, handler)
    as_program = {"Accept": "application/json"}  # for the errors
    async with TestClient(TestServer(app), headers=as_program) as made:
        yield made
    await services.close()


async def write(client: Client, channel: str, text: str, subject: str = "", **files: bytes) -> int:
    form = aiohttp.FormData(
        {"customer": "emma", "channel": channel, "text": text, "subject": subject}
    )
    for name, content in files.items():
        form.add_field("file", content, filename=f"{name}.png", content_type="image/png")
    answer = await client.post("/simulators/messages", data=form, allow_redirects=False)
    return answer.status


async def test_the_page_shows_the_cast_and_every_channel(client: Client) -> None:
    answer = await client.get("/simulators?customer=ana")
    html = await answer.text()

    assert answer.status == 200
    assert 'aria-current="page"' in html
    for shown in ("Emma Clarke", "Ana Petrović", "ana.petrovic@post.example", "Telegram"):
        assert shown in html
    assert "style=" not in html
    assert not re.search(r"<script(?![^>]*src=)", html)


async def test_messages_go_out_on_every_channel(
    client: Client, simulators: Simulators, shop: Shop
) -> None:
    simulators.connect("sms", "i1")

    statuses = [await write(client, kind, f"by {kind}") for kind in ("email", "sms", "telegram")]

    assert statuses == [303, 303, 303]
    html = await (await client.get("/simulators?customer=emma")).text()
    for text in ("by email", "by sms", "by telegram"):
        assert text in html
    assert (await shop.next_call()).path == "hooks/i1"
    assert len(simulators.mailbox._kept()) == 1
    assert len(simulators.telegram.updates.pending()) == 1


async def test_what_is_written_is_shown_as_text(client: Client) -> None:
    await write(client, "telegram", "<script>alert(1)</script>")

    html = await (await client.get("/simulators?customer=emma")).text()

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


async def test_an_empty_message_is_refused(client: Client) -> None:
    form = {"customer": "emma", "channel": "sms", "text": " "}
    answer = await client.post("/simulators/messages", data=form)

    assert answer.status == 422
    assert "Write something" in (await answer.json())["error"]["message"]


async def test_a_mail_without_subject_answers_the_last_one(
    client: Client, simulators: Simulators
) -> None:
    content = (
        f"From: Shop <help@shop.example>\r\nTo: {EMMA.email}\r\nSubject: Your parcel\r\n"
        "Message-ID: <m1@shop.example>\r\nReply-To: help+tok@shop.example\r\n\r\nIt left.\r\n"
    )
    await simulators.mailbox._take("help@shop.example", [EMMA.email], content.encode())

    await write(client, "email", "Thanks!")

    reply = simulators.ledger.of("email", EMMA.email)[-1]
    assert (reply.subject, reply.meta["in_reply_to"]) == ("Re: Your parcel", "<m1@shop.example>")
    assert "> It left." in reply.text
    assert b"To: help+tok@shop.example" in simulators.mailbox.raw(reply)


async def test_threads_wait_for_news(client: Client, simulators: Simulators) -> None:
    version = simulators.ledger.version
    simulators.customers.telegram_write(EMMA.telegram, "Hi")

    answer = await client.get(f"/simulators/threads?customer=emma&after={version}")

    assert answer.headers["X-Version"] == str(simulators.ledger.version)
    assert "Hi" in await answer.text()


async def test_nothing_new_is_an_empty_answer(
    client: Client, simulators: Simulators, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "POLL_SECONDS", 0.01)
    after = simulators.ledger.version

    assert (await client.get(f"/simulators/threads?after={after}")).status == 204


async def test_files_are_shown_or_downloaded(client: Client, simulators: Simulators) -> None:
    await write(client, "telegram", "Look", photo=b"\x89PNG")
    (entry,) = simulators.ledger.of("telegram")
    page_file = simulators.ledger.keep_file("a.html", "text/html", b"<script></script>")
    entry.files.append(page_file)

    picture = await client.get(f"/simulators/files/{entry.files[0].id}")
    html = await client.get(f"/simulators/files/{page_file.id}")

    assert (picture.content_type, await picture.read()) == ("image/png", b"\x89PNG")
    assert html.content_type == "application/octet-stream"
    assert "attachment" in html.headers["Content-Disposition"]
    assert (await client.get("/simulators/files/none")).status == 404


async def test_switches_are_thrown_and_thrown_back(client: Client, simulators: Simulators) -> None:
    for fault in ("outage", "wrong_signature"):
        for on in (True, False):
            await client.post("/simulators/faults", data={"channel": "sms", "fault": fault})
            assert getattr(simulators.faults("sms"), fault) is on

    for data in ({"channel": "sms", "fault": "none"}, {"channel": "fax", "fault": "outage"}):
        assert (await client.post("/simulators/faults", data=data)).status == 404


async def test_a_button_of_the_bot_can_be_pressed(client: Client, simulators: Simulators) -> None:
    entry = simulators.customers.telegram_write(EMMA.telegram, "Hi")

    data = {"customer": "emma", "entry": entry.id, "data": "yes"}
    await client.post("/simulators/presses", data=data)

    assert simulators.telegram.updates.pending()[-1]["callback_query"]["data"] == "yes"
    assert (await client.post("/simulators/presses", data={"entry": "none"})).status == 404


async def test_troubles_are_said_in_words(client: Client, simulators: Simulators) -> None:
    await write(client, "sms", "Hi")
    simulators.faults("email").wrong_signature = True
    await write(client, "email", "Forged")

    html = await (await client.get("/simulators?customer=emma")).text()

    assert "No inbox is connected to this channel" in html
    assert "Sent with a wrong signature" in html


async def test_the_shop_carries_the_widget_and_may_be_framed_by_us(
    client: Client, simulators: Simulators
) -> None:
    simulators.connect("webchat", "w1")
    simulators.connect("form", "f1", "contact")

    answer = await client.get("/simulators/shop")
    html = await answer.text()

    assert 'src="/widget/w1/loader.js"' in html
    assert "/forms/contact" in html
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


async def test_other_sites_may_not_write(client: Client) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = await client.post("/simulators/faults", data={}, headers=headers)

    assert answer.status == 403


async def test_what_is_sent_twice_by_a_double_click_comes_once(
    client: Client, simulators: Simulators
) -> None:
    form = {"customer": "emma", "channel": "telegram", "text": "Hello", "request_id": "one"}
    for request_id in ("one", "one", "two"):
        answer = await client.post(
            "/simulators/messages", data={**form, "request_id": request_id}, allow_redirects=False
        )
        assert answer.status == 303

    assert len(simulators.telegram.updates.pending()) == 2
