import html
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import FormData
from sqlmodel import select

from inbox import clock
from inbox.channels.form import FormChannel, FormSettings
from inbox.envelope import RawItem
from inbox.model import Arrival
from inbox.web.webforms import pages, stamp
from tests.web.customer_side import Client

GIVEN = {"name": "Ана", "email": "ana@example.com", "message": "Where is it?"}


@pytest.fixture
def form(make_inbox) -> Any:
    return make_inbox(
        "form",
        "contact",
        title="Write to us",
        extra_fields='[{"name": "order", "label": "Order", "required": false}]',
    )


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are drawn some seconds before they are sent, as people do."""
    monkeypatch.setattr(stamp, "LEAST", timedelta(0))
    pages.sending._buckets.clear()


async def open_page(client: Client, slug: str = "contact") -> dict[str, str]:
    """The hidden fields."""
    return hidden(await (await client.get(f"/forms/{slug}")).text())


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


async def send(client: Client, values: dict[str, Any], file: Any = None) -> Any:
    body = FormData(quote_fields=False)
    for name, value in values.items():
        body.add_field(name, value)
    name, content = file or ("", b"")
    body.add_field("file", io.BytesIO(content), filename=name)
    return await client.post("/forms/contact", data=body, allow_redirects=False)


def arrivals(services: Any) -> list[Arrival]:
    return list(services.database.look(lambda s: s.exec(select(Arrival)).all()))


async def test_a_form_is_recorded_and_thanked(client, form, services):
    values = {**await open_page(client), **GIVEN, "extra.order": "18204"}
    response = await send(client, values, ("račun.pdf", b"%PDF-1.7"))
    assert response.status == 303
    thanks = await client.get(response.headers["Location"])
    assert "Thank you" in await thanks.text()
    (arrival,) = arrivals(services)
    content = json.loads(arrival.raw)
    assert content["extra"] == {"order": "18204"}
    assert content["files"][0]["name"] == "račun.pdf"
    account = services.channels.describe(form.id, form.name, FormSettings(**form.settings))
    raw = RawItem(external_id=arrival.external_id, content=arrival.raw)
    (understood,) = FormChannel(account).parse(raw)
    assert understood.sender.value == "ana@example.com"
    assert understood.external_id == arrival.external_id


async def test_sending_twice_is_sending_once(client, form, services):
    values = {**await open_page(client), **GIVEN}
    assert [(await send(client, values)).status for _ in range(2)] == [303, 303]
    assert len(arrivals(services)) == 1


async def test_who_goes_back_and_writes_something_else_is_heard_again(client, form, services):
    values = {**await open_page(client), **GIVEN}
    for message in (GIVEN["message"], "One thing more: the colour is wrong"):
        assert (await send(client, {**values, "message": message})).status == 303

    assert len(arrivals(services)) == 2


async def test_a_problem_comes_back_with_what_was_written(client, form, services):
    values = {**await open_page(client), **GIVEN, "email": "nonsense", "message": ""}
    response = await send(client, values, ("a.txt", b"kept"))
    text = await response.text()
    assert response.status == 422
    assert 'href="#field-email"' in text
    assert 'href="#field-message"' in text
    assert "Ана" in text
    assert "a.txt" in text
    again = await send(client, {**hidden(text), **GIVEN})
    assert again.status == 303
    (arrival,) = arrivals(services)
    assert json.loads(arrival.raw)["files"][0]["name"] == "a.txt"


async def test_what_a_stranger_writes_is_text_and_not_markup(client, form):
    values = {**await open_page(client), **GIVEN, "name": '"><script>', "email": "x"}
    assert "<script>" not in await (await send(client, values)).text()


async def test_a_program_that_fills_in_everything_is_stopped(client, form, services):
    values = {**await open_page(client), **GIVEN, pages.TRAP: "https://spam.example"}
    assert (await send(client, values)).status == 422
    assert arrivals(services) == []


async def test_a_form_sent_too_fast_can_be_sent_again(client, form, services, monkeypatch):
    monkeypatch.setattr(stamp, "LEAST", timedelta(seconds=2))
    first = await send(client, {**await open_page(client), **GIVEN})
    assert first.status == 422
    later = clock.now() + timedelta(seconds=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    again = await send(client, {**hidden(await first.text()), **GIVEN})
    assert again.status == 303


async def test_a_page_left_open_for_days_can_be_sent_again(client, form, services, monkeypatch):
    values = {**await open_page(client), **GIVEN}
    later = clock.now() + timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    first = await send(client, values)
    assert first.status == 422
    again = await send(client, {**hidden(await first.text()), **GIVEN})
    assert again.status == 303


async def test_a_stamp_of_another_form_is_none(client, form, make_inbox, services):
    make_inbox("form", "other")
    values = {**await open_page(client, "other"), **GIVEN}
    assert (await send(client, values)).status == 422
    assert arrivals(services) == []


async def test_consent_has_to_be_given_when_it_is_asked_for(client, make_inbox, services):
    make_inbox("form", "contact", consent="I agree to be answered.")
    values = {**await open_page(client), **GIVEN}
    first = await send(client, values)
    assert first.status == 422
    assert 'href="#field-consent"' in await first.text()
    assert (await send(client, {**values, "consent": "yes"})).status == 303
    assert json.loads(arrivals(services)[0].raw)["consent"] is True


async def test_a_file_that_is_too_large_is_named_as_the_problem(client, form, services):
    values = {**await open_page(client), **GIVEN}
    response = await send(client, values, ("a.bin", b"x" * (10 * 1024 * 1024 + 1)))
    assert response.status == 422
    assert 'href="#field-file"' in await response.text()


async def test_a_flood_is_slowed_down(client, form):
    values = {**await open_page(client), **GIVEN, "email": ""}
    statuses = [(await send(client, values)).status for _ in range(12)]
    assert statuses[:10] == [422] * 10
    assert statuses[-1] == 429


async def test_there_is_no_form_where_there_is_none(client, make_inbox):
    make_inbox("webchat", "chat")
    for slug in ("chat", "nonsense"):
        assert (await client.get(f"/forms/{slug}")).status == 404
