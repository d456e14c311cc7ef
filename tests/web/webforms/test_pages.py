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
from inbox.channels.form.fields import usual_fields
from inbox.envelope import RawItem
from inbox.model import Arrival
from inbox.web.webforms import pages, stamp
from tests.web.customer_side import Client

USUAL = [field.model_dump(mode="json") for field in usual_fields()]
GIVEN = {"name": "Ана", "email": "ana@example.com", "message": "Where is it?"}


@pytest.fixture
def form(make_inbox) -> Any:
    return make_inbox(
        "form",
        "contact",
        title="Write to us",
        fields=[*USUAL, {"name": "order", "label": "Order"}],
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
    values = {**await open_page(client), **GIVEN, "order": "18204"}
    response = await send(client, values, ("račun.pdf", b"%PDF-1.7"))
    assert response.status == 303
    thanks = await client.get(response.headers["Location"])
    assert "Thank you" in await thanks.text()
    (arrival,) = arrivals(services)
    content = json.loads(arrival.raw)
    assert content["lines"] == [{"label": "Order", "value": "18204"}]
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
    agreed = json.loads(arrivals(services)[0].raw)["consent"]
    assert agreed["text"] == "I agree to be answered."
    assert len(agreed["version"]) == 16


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


TOPIC = {"name": "topic", "label": "Topic", "kind": "choice", "options": ["Order", "Other"]}
ORDER = {"name": "order", "label": "Order", "required": True, "pattern": "[A-Z]{2}[0-9]{3}"}
CONDITIONAL = ORDER | {"shown_if": "topic", "shown_value": "Order"}


async def answered(client: Client, **values: Any) -> Any:
    return await send(client, {**await open_page(client), **GIVEN, **values})


async def test_a_field_that_depends_on_another_is_asked_for_only_then(
    client, make_inbox, services
) -> None:
    make_inbox("form", "contact", fields=[*USUAL, TOPIC, CONDITIONAL])
    page = await (await client.get("/forms/contact")).text()
    assert "Only if “Topic” is “Order”." in html.unescape(page)
    assert 'data-shown-if="topic"' in page
    assert 'name="order" required' not in page
    refused = await answered(client, topic="Order")
    assert refused.status == 422
    assert 'href="#field-order"' in await refused.text()
    assert (await answered(client, topic="Other", order="nonsense")).status == 303
    assert (await answered(client, topic="Order", order="AB123")).status == 303
    said = [json.loads(arrival.raw)["lines"] for arrival in arrivals(services)]
    assert [[line["value"] for line in lines] for lines in said] == [["Other"], ["Order", "AB123"]]


@pytest.mark.parametrize(
    ("field", "wrong", "right"),
    [
        ({"kind": "number", "minimum": 1, "maximum": 9.5}, ["x", "0", "9.6", "nan", "inf"], "9,5"),
        ({"kind": "date"}, ["25.11.2026", "2026-13-01"], "2026-11-25"),
        ({"kind": "choice", "options": ["A", "B"]}, ["C"], "A"),
        ({"kind": "choices", "options": ["A", "B"]}, ["C"], "B"),
        ({"kind": "tel"}, ["call me", "((-----))"], "+381 21 555 333"),
        ({"min_length": 3, "max_length": 5}, ["ab", "abcdef"], "abc"),
        ({"pattern": "[0-9]+"}, ["12a"], "12"),
        ({"kind": "checkbox", "required": True}, [""], "yes"),
        ({"kind": "choices", "options": ["A"], "required": True}, [], "A"),
    ],
)
async def test_each_kind_of_field_takes_what_it_is_for(
    client, make_inbox, services, field, wrong, right
) -> None:
    asked = {"name": "asked", "label": "Asked", **field}
    make_inbox("form", "contact", fields=[*USUAL, asked])
    for value in wrong:
        refused = await answered(client, asked=value)
        assert refused.status == 422, value
        assert 'href="#field-asked"' in await refused.text()
    if field.get("required"):
        assert (await answered(client)).status == 422
    assert (await answered(client, asked=right)).status == 303
    assert len(arrivals(services)) == 1


async def test_answers_go_where_they_are_wanted(client, make_inbox, services) -> None:
    choices = {"kind": "choices", "options": ["Wine", "Glass"], "maps_to": "tags"}
    levels = {"kind": "choice", "options": ["Low", "Urgent"], "maps_to": "priority"}
    make_inbox(
        "form",
        "contact",
        fields=[
            *USUAL,
            {"name": "about", "label": "About", **choices},
            {"name": "haste", "label": "Haste", **levels},
            {"name": "land", "label": "Country", "maps_to": "country"},
            {"name": "town", "label": "Town", "maps_to": "city"},
            {"name": "size", "label": "Size", "maps_to": "custom"},
            {"name": "ref", "label": "Ref", "kind": "hidden", "value": "site", "maps_to": "custom"},
        ],
    )
    given = {"haste": "Urgent", "land": "serbia", "town": "Niš", "size": "42"}
    page = await open_page(client)
    body = FormData([*page.items(), *GIVEN.items(), *given.items()])
    for tag in ("Wine", "Glass"):
        body.add_field("about", tag)
    answer = await client.post("/forms/contact", data=body, allow_redirects=False)

    assert answer.status == 303
    content = json.loads(arrivals(services)[0].raw)
    assert content["tags"] == ["Wine", "Glass"]
    assert content["priority"] == "4"
    assert content["record"] == {
        "country": "RS", "city": "Niš", "custom.size": "42", "custom.ref": "site"
    }  # fmt: skip


async def test_the_address_of_the_page_fills_in_what_it_names(client, make_inbox) -> None:
    hidden_one = {"name": "plan", "label": "Plan", "kind": "hidden", "value": "free"}
    make_inbox("form", "contact", fields=[*USUAL, hidden_one])
    page = await (await client.get("/forms/contact?subject=Price&plan=pro")).text()

    assert hidden(page)["plan"] == "pro"
    assert 'value="Price"' in page


async def test_every_file_field_keeps_its_own_file(client, make_inbox, services) -> None:
    files = [{"name": name, "label": name, "kind": "file"} for name in ("one", "two")]
    make_inbox("form", "contact", fields=[*USUAL, *files])

    async def put(values: dict[str, str], *names: str) -> Any:
        body = FormData(list(values.items()))
        for name in names:
            body.add_field(name, io.BytesIO(name.encode()), filename=f"{name}.txt")
        return await client.post("/forms/contact", data=body, allow_redirects=False)

    values = {**await open_page(client), **GIVEN}
    first = await put({**values, "email": ""}, "one", "stray")
    assert first.status == 422
    assert (await put({**hidden(await first.text()), **GIVEN}, "two")).status == 303
    content = json.loads(arrivals(services)[0].raw)
    assert [file["name"] for file in content["files"]] == ["one.txt", "two.txt"]


async def test_a_sent_form_leads_where_its_maker_wants(client, make_inbox) -> None:
    there = "https://example.com/thanks"
    make_inbox("form", "contact", redirect=there)
    page = await client.get("/forms/contact")
    assert "form-action 'self' https://example.com;" in page.headers["Content-Security-Policy"]
    sent = await send(client, {**hidden(await page.text()), **GIVEN})
    assert sent.headers["Location"] == there


async def test_in_a_frame_the_page_around_is_asked_to_go_there(client, make_inbox) -> None:
    make_inbox("form", "contact", redirect="https://example.com/thanks")
    values = {**hidden(await (await client.get("/forms/contact?embed=1")).text()), **GIVEN}
    sent = await client.post("/forms/contact?embed=1", data=values, allow_redirects=False)
    thanks = await client.get(sent.headers["Location"])

    assert 'href="https://example.com/thanks" target="_top" data-then' in await thanks.text()


async def test_a_percent_sign_in_a_label_is_a_percent_sign(client, make_inbox) -> None:
    make_inbox("form", "contact", title="100% free", thanks="100% sure",
               fields=[*USUAL, {"name": "x", "label": "In % of it"}])  # fmt: skip
    assert "In % of it" in await (await client.get("/forms/contact")).text()
    assert "100% sure" in await (await client.get("/forms/contact/thanks")).text()
