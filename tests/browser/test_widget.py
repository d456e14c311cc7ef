"""The chat as a visitor has it: on a page that fights it, without a network, in two tabs."""

import json
from typing import Any

import pytest
from playwright.async_api import BrowserContext, expect
from sqlmodel import select

from inbox.model import Arrival
from tests.browser.shop import Shop, open_chat, write
from tests.servers import browser

pytestmark = pytest.mark.browser


async def test_a_hostile_page_can_neither_hide_nor_break_the_chat(
    shop: Shop, context: BrowserContext
) -> None:
    page = await context.new_page()
    errors = browser.collect_errors(page)
    frame = await open_chat(page, shop.url)
    await expect(frame.get_by_role("heading", name="Acme")).to_be_visible()
    await expect(frame.get_by_role("textbox")).to_be_focused()
    await write(frame, "Where is my order?")
    await expect(frame.get_by_text("Sent", exact=False)).to_be_visible()
    await shop.take_in()
    shop.answer("On its way <b>today</b>: https://example.com/track.")
    await expect(frame.get_by_text("On its way <b>today</b>")).to_be_visible()
    await expect(frame.get_by_text("Ana", exact=True)).to_be_visible()
    link = frame.get_by_role("link")
    assert await link.get_attribute("href") == "https://example.com/track"
    assert await frame.get_by_text("Where is my order?").count() == 1
    assert errors == []


async def test_what_is_written_offline_is_sent_once_when_back(
    shop: Shop, context: BrowserContext
) -> None:
    page = await context.new_page()
    frame = await open_chat(page, shop.url)
    await write(frame, "First")
    await shop.take_in()
    await expect(frame.get_by_text("Sent", exact=False)).to_be_visible()
    await context.set_offline(True)
    await expect(frame.get_by_text("You are offline", exact=False)).to_be_visible()
    await write(frame, "Written in a tunnel")
    await expect(frame.get_by_text("Will be sent", exact=False)).to_be_visible()
    await context.set_offline(False)
    await shop.take_in(2)
    await expect(frame.get_by_text("Will be sent", exact=False)).to_have_count(0)
    await expect(frame.get_by_text("Written in a tunnel")).to_have_count(1)
    assert shop.arrivals() == 2


async def test_history_is_there_after_a_reload_and_in_a_second_tab(
    shop: Shop, context: BrowserContext
) -> None:
    page = await context.new_page()
    frame = await open_chat(page, shop.url)
    await write(frame, "Hello there")
    await shop.take_in()
    shop.answer("Good day")
    await expect(frame.get_by_text("Good day")).to_be_visible()
    await page.reload()
    frame = await open_chat(page, shop.url)
    await expect(frame.get_by_text("Hello there")).to_be_visible()
    second = await context.new_page()
    other = await open_chat(second, shop.url)
    await expect(other.get_by_text("Good day")).to_be_visible()
    shop.answer("For both tabs")
    await expect(frame.get_by_text("For both tabs")).to_have_count(1)
    await expect(other.get_by_text("For both tabs")).to_have_count(1)


async def test_long_polling_takes_over_where_sockets_do_not_get_through(
    shop: Shop, context: BrowserContext
) -> None:
    page = await context.new_page()
    await page.route_web_socket("**/socket", lambda socket: socket.close())
    frame = await open_chat(page, shop.url)
    await write(frame, "Through a bad proxy")
    await shop.take_in()
    await expect(frame.get_by_text("Sent", exact=False)).to_be_visible(timeout=15_000)
    shop.answer("Heard you")
    await expect(frame.get_by_text("Heard you")).to_be_visible(timeout=15_000)


async def test_escape_closes_and_gives_the_focus_back(shop: Shop, context: BrowserContext) -> None:
    page = await context.new_page()
    frame = await open_chat(page, shop.url)
    await expect(frame.get_by_role("textbox")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.wait_for_function("document.activeElement.localName === 'inbox-chat'")
    await page.keyboard.press("Enter")
    await expect(frame.get_by_role("textbox")).to_be_focused()


async def test_nothing_is_kept_before_consent(shop: Shop, context: BrowserContext) -> None:
    page = await context.new_page()
    frame = await open_chat(page, f"{shop.url}/?consent=required")
    agree = frame.get_by_role("button", name="Agree and start the chat")
    await expect(agree).to_be_focused()
    assert await page.evaluate("localStorage.length") == 0
    await agree.click()
    await write(frame, "Now you may")
    await shop.take_in()
    kept = await page.evaluate("Object.values(localStorage)[0]")
    assert "token" in kept


async def test_a_file_goes_up_and_can_be_seen_again(shop: Shop, context: BrowserContext) -> None:
    page = await context.new_page()
    frame = await open_chat(page, shop.url)
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c63f8cfc0f01f00050001ff56c72f0d0000000049454e44ae426082"
    )
    picked = {"name": "račun.png", "mimeType": "image/png", "buffer": pixel}
    await frame.locator("input[type=file]").set_input_files([picked])
    await expect(frame.get_by_role("button", name="Remove račun.png")).to_be_visible()
    await expect(frame.get_by_role("progressbar")).to_have_count(0)
    await frame.get_by_role("button", name="Send").click()
    await shop.take_in()
    await expect(frame.get_by_role("button", name="Download račun.png")).to_be_visible()
    await expect(frame.locator(".picture img")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1000])
async def test_nobody_is_kept_out(
    shop: Shop, context: BrowserContext, scheme: Any, width: int
) -> None:
    page = await context.new_page()
    await page.set_viewport_size({"width": width, "height": 760})
    await page.emulate_media(color_scheme=scheme)
    await page.goto(f"{shop.chat}/widget/{shop.inbox.id}?lang=sr-Latn")
    await expect(page.get_by_role("textbox", name="Napišite poruku")).to_be_focused()
    await write(page, "Zdravo")
    await shop.take_in()
    shop.answer("Dobar dan")
    await expect(page.get_by_text("Dobar dan")).to_be_visible()
    assert await browser.barriers(page) == []


async def test_an_answer_is_delivered_while_closed_and_read_once_opened(
    shop: Shop, context: BrowserContext
) -> None:
    page = await context.new_page()
    frame = await open_chat(page, shop.url)
    await write(frame, "Hello")
    await shop.take_in()
    await page.evaluate("InboxChat.close()")
    shop.answer("Are you there?")
    await shop.take_in(2)
    assert shop.states() == ["delivered"]
    await page.evaluate("InboxChat.open()")
    await expect(frame.get_by_text("Are you there?")).to_be_visible()
    await shop.take_in(3)
    assert shop.states() == ["read"]


async def test_a_page_can_say_who_its_visitor_is(shop: Shop, context: BrowserContext) -> None:
    page = await context.new_page()
    frame = await open_chat(page, shop.url)
    await page.evaluate("InboxChat.identify({name: ' Ана ', email: 'ana@example.com', admin: 1})")
    await write(frame, "Hello")
    await shop.take_in()
    (arrival,) = shop.services.database.look(lambda s: s.exec(select(Arrival)).all())
    content = json.loads(arrival.raw)
    assert (content["name"], content["email"]) == ("Ана", "ana@example.com")
    assert content["page"].startswith("http://localhost")
