"""The builder of a form, as a browser without scripts uses it: each button sends the whole page."""

import html
import re
from typing import Any

import pytest
from multidict import MultiDict
from sqlmodel import select

from inbox.channels.form import FieldKind
from inbox.model import Inbox


class Builder:
    """The page as it stands, and what its buttons do."""

    def __init__(self, client: Any, path: str) -> None:
        self.client, self.path, self.page, self.status = client, path, "", 0

    async def open(self) -> "Builder":
        answer = await self.client.get(self.path)
        self.page, self.status = await answer.text(), answer.status
        return self

    @property
    def values(self) -> MultiDict[str]:
        form = self.page[self.page.index("<form-builder") :].split("</form>")[0]
        found: MultiDict[str] = MultiDict()
        for tag in re.findall(r"<input[^>]*>", form):
            given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            if given.get("type") == "checkbox" and " checked" not in tag:
                continue
            if "name" in given:
                found.add(given["name"], html.unescape(given.get("value", "")))
        for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?([^<]*)<', form):
            found.add(name, html.unescape(text))
        for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form):
            chosen = re.search(r'value="([^"]*)" selected', options)
            found.add(name, html.unescape(chosen[1]) if chosen else "")
        return found

    async def press(self, do: str, **changes: str) -> "Builder":
        values = self.values
        for name, value in changes.items():
            values[name.replace("__", ".")] = value
        values["do"] = do
        answer = await self.client.post(self.path, data=values, allow_redirects=False)
        self.status = answer.status
        self.page = await answer.text() if answer.status != 303 else self.page
        return self


@pytest.fixture
async def builder(signed_in, owner, services) -> Builder:
    client = await signed_in(owner)
    made = await client.post(
        "/settings/inboxes/new/form", data={"name": "Contact"}, allow_redirects=False
    )
    return await Builder(client, made.headers["Location"].partition("?")[0]).open()


@pytest.fixture
def stored(services) -> Any:
    def fields() -> list[dict[str, Any]]:
        (inbox,) = services.database.look(lambda s: s.exec(select(Inbox)).all())
        return list(inbox.settings["fields"])

    return fields


def names(fields: list[dict[str, Any]]) -> list[str]:
    return [field["name"] for field in fields]


async def test_a_new_form_is_built_at_once(builder, stored):
    assert builder.path.endswith("/form")
    assert names(stored()) == ["name", "email", "subject", "message", "file"]


async def test_nothing_is_kept_before_it_is_saved(builder, stored):
    before = stored()
    await builder.press("remove 0")
    assert builder.status == 200
    assert 'value="0"' not in re.findall(r'<input[^>]*name="order"[^>]*>', builder.page)
    assert stored() == before
    await builder.press("save")
    assert builder.status == 303
    assert names(stored()) == ["email", "subject", "message", "file"]


@pytest.mark.parametrize("kind", list(FieldKind))
async def test_a_field_of_every_kind_is_added_and_saved(builder, stored, kind):
    await builder.press("add", new_kind=kind)
    await builder.press("save", fields__5__label="One more", fields__5__name="more")
    assert builder.status == 303
    assert stored()[-1]["kind"] == kind
    assert stored()[-1]["label"] == "One more"
    assert (await builder.open()).status == 200


async def test_fields_are_put_in_order(builder, stored):
    await builder.press("down 0")
    await builder.press("up 4")
    await builder.press("save")
    assert names(stored()) == ["email", "name", "subject", "file", "message"]


async def test_the_order_of_the_page_is_the_order_of_the_form(builder, stored):
    """As dragging leaves it: the cards stand elsewhere, their names stay."""
    values = builder.values
    values.popall("order")
    for place in ("4", "3", "1", "0", "2"):
        values.add("order", place)
    values["do"] = "save"
    await builder.client.post(builder.path, data=values)
    assert names(stored()) == ["file", "message", "email", "name", "subject"]


async def test_a_field_is_shown_if_another_has_a_value(builder, stored):
    await builder.press("add", new_kind="choice")
    await builder.press("refresh", fields__5__options="Order\nOther", fields__5__name="topic")
    await builder.press("add", new_kind="text")
    await builder.press("refresh", fields__6__shown_if="topic")
    assert '<option value="Order">Order</option>' in builder.page
    await builder.press("save", fields__6__shown_value="Order")
    assert builder.status == 303
    assert (stored()[-1]["shown_if"], stored()[-1]["shown_value"]) == ("topic", "Order")


async def test_what_is_wrong_stands_beside_the_field_and_nothing_is_lost(builder, stored):
    before = stored()
    await builder.press(
        "save", title="", fields__0__label="Your name", fields__0__pattern="([", redirect="/x"
    )
    assert builder.status == 422
    for words in ("3 things need a look", "This is no pattern", "Give a whole address"):
        assert words in builder.page
    assert "Your name" in builder.page
    assert stored() == before


async def test_a_form_that_reaches_nobody_is_refused(builder):
    await builder.press("remove 1")
    await builder.press("save")
    assert builder.status == 422
    assert "nobody can be answered" in builder.page


async def test_who_saves_an_older_form_is_told(builder, stored):
    other = await Builder(builder.client, builder.path).open()
    await other.press("remove 0")
    await other.press("save")
    await builder.press("save", title="Mine")
    assert builder.status == 409
    assert "Somebody else changed this form" in builder.page
    await builder.press("save")
    assert builder.status == 303
    assert len(stored()) == 5


async def test_the_preview_draws_what_is_not_saved_yet_and_sends_nothing(builder):
    values = builder.values
    values["title"] = "Not saved"
    values["fields.0.label"] = "100% <b>new</b>"
    values["fields.1.label"] = ""  # not right yet, so it is left out
    answer = await builder.client.post(f"{builder.path}/preview", data=values)
    page = await answer.text()
    assert "Not saved" in page
    assert "100% &lt;b&gt;new&lt;/b&gt;" in page
    assert 'name="email"' not in page
    assert 'method="dialog"' in page
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


async def test_the_snippets_name_the_form(builder):
    page = html.unescape(builder.page)
    assert 'data-form="contact"' in page
    assert "/forms/contact?embed=1" in page


async def test_there_is_no_builder_for_other_inboxes(builder, services):
    def work(session: Any) -> str:
        inbox = Inbox(name="Mail", kind="email", slug="mail")
        session.add(inbox)
        return inbox.id

    inbox_id = services.database.run(work)
    assert (await builder.client.get(f"/settings/inboxes/{inbox_id}/form")).status == 404
