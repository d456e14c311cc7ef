"""The settings of a web chat: its code and preview, the identity secret, proactive messages."""

import gzip
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from inbox.model import Inbox, ProactiveMessage
from tests.web.customer_side import make_inbox

__all__ = ["make_inbox"]


@pytest.fixture
async def admin(signed_in: Any, owner: Any) -> Any:
    return await signed_in(owner)


@pytest.fixture
def chat(owner: Any, make_inbox: Callable[..., Inbox]) -> Inbox:
    return make_inbox(hue=120, position="start")


def only(services: Any, table: Any) -> Any:
    return services.database.look(lambda s: s.exec(select(table)).one())


async def test_the_page_has_the_code_and_a_preview(admin, chat):
    page = await (await admin.get(f"/settings/inboxes/{chat.id}")).text()

    assert f"/widget/{chat.id}/loader.js&#34;" in page or f"/widget/{chat.id}/loader.js" in page
    assert f'<iframe src="/widget/{chat.id}?preview=1' in page
    assert "<widget-preview>" in page


async def test_the_script_of_an_inbox_brings_its_settings_in_one_small_request(admin, chat):
    place = f"/widget/{chat.id}/loader.js"
    packed = await admin.get(place, headers={"Accept-Encoding": "br"})
    plain = await admin.get(place, headers={"Accept-Encoding": "identity"})
    text = await plain.text()
    found = re.match(r"\(\(\)=>\{const INBOX_SITE=(\{.*?\});", text)

    assert found
    site = json.loads(found[1])
    assert site == {"inbox": chat.id, "hue": 120, "position": "start", "awake": False}
    assert packed.headers["Content-Encoding"] == "br"
    assert int(packed.headers["Content-Length"]) <= 2560
    again = await admin.get(
        place, headers={"If-None-Match": packed.headers["ETag"], "Accept-Encoding": "br"}
    )
    assert again.status == 304


async def test_a_browser_that_knows_gzip_alone_gets_that(admin, chat):
    place = f"/widget/{chat.id}/loader.js"
    answer = await admin.get(place, headers={"Accept-Encoding": "gzip"}, auto_decompress=False)
    body = await answer.read()
    body = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body

    assert body.startswith(b"(()=>{const INBOX_SITE=")


async def test_the_script_wakes_early_only_where_there_is_something_to_do(admin, chat, services):
    async def is_awake() -> bool:
        return '"awake":true' in await (await admin.get(f"/widget/{chat.id}/loader.js")).text()

    assert not await is_awake()
    form = {"text": "Hi", "seconds": "5", "enabled": "true"}
    await admin.post(f"/settings/inboxes/{chat.id}/proactive/new", data=form)
    assert await is_awake()
    message = only(services, ProactiveMessage)
    off = {**form, "enabled": ""}
    await admin.post(f"/settings/inboxes/{chat.id}/proactive/{message.id}", data=off)
    assert not await is_awake()


async def test_a_new_identity_secret_is_shown_once_and_the_one_before_is_kept(
    admin, chat, services
):
    first = await secret_of(admin, chat)
    second = await secret_of(admin, chat)
    kept = services.vault.decrypt(only(services, Inbox).secrets)

    assert (kept["identity_secret"], kept["identity_secret_before"]) == (second, first)
    page = await (await admin.get(f"/settings/inboxes/{chat.id}")).text()
    assert first not in page
    assert second not in page
    assert 'name="settings.identity_secret_before.clear"' in page


async def secret_of(admin: Any, chat: Inbox) -> str:
    answer = await admin.post(f"/settings/inboxes/{chat.id}/identity-secrets")
    found = re.search(r"<code>([^<]+)</code>", await answer.text())
    assert found
    return found[1]


async def test_proactive_messages_are_added_changed_and_removed(admin, chat, services):
    place = f"/settings/inboxes/{chat.id}/proactive"
    assert "Nothing is said by itself." in await (await admin.get(place)).text()
    form = {"text": "A question?", "pages": "/pricing*", "seconds": "20", "enabled": "true"}
    answer = await admin.post(f"{place}/new", data=form, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, place)
    message = only(services, ProactiveMessage)
    assert (message.pages, message.when_open, message.enabled) == ("/pricing*", False, True)

    one = f"{place}/{message.id}"
    assert "A question?" in await (await admin.get(one)).text()
    refused = await admin.post(one, data={**form, "pages": "pricing"})
    assert refused.status == 422
    assert "Begin each line with a slash" in await refused.text()

    await admin.post(f"{one}/delete")
    assert services.database.look(lambda s: s.exec(select(ProactiveMessage)).all()) == []


async def test_a_message_of_another_chat_is_not_there(admin, chat, make_inbox, services):
    other = make_inbox(slug="other")
    form = {"text": "A question?", "seconds": "20"}
    await admin.post(f"/settings/inboxes/{chat.id}/proactive/new", data=form)
    message = only(services, ProactiveMessage)

    assert (await admin.get(f"/settings/inboxes/{other.id}/proactive/{message.id}")).status == 404


async def test_the_form_keeps_what_is_asked_and_the_languages(admin, chat, services):
    form = {
        "name": chat.name, "slug": chat.slug, "reopen_days": "30", "enabled": "true",
        "settings.ask_email": "required", "settings.questions": "Order number*\n\nSize",
        "settings.languages": ["en", "sr-Latn"],
    }  # fmt: skip
    answer = await admin.post(f"/settings/inboxes/{chat.id}", data=form, allow_redirects=False)
    settings = only(services, Inbox).settings

    assert answer.status == 303
    assert settings["ask_email"] == "required"
    assert settings["questions"] == ["Order number*", "Size"]
    assert settings["languages"] == ["en", "sr-Latn"]
