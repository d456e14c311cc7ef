"""What goes beyond question and answer: asked before, said first, blocked, spoken aloud."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlmodel import select

from inbox.desk import visiting
from inbox.events import SYSTEM, Actor
from inbox.model import Attachment, BusinessHours, Contact, Identity, Inbox, Message
from inbox.web.widget.roster import ROSTER
from inbox.web.widget.suggestions import SUGGEST, Suggestion
from tests.browser.shop import Shop, chat_frame, open_chat, write
from tests.servers import browser
from tests.web.webchat_desk import hand_over, make_agent

pytestmark = pytest.mark.browser


def only(shop: Shop, table: Any) -> Any:
    return shop.services.database.look(lambda s: s.exec(select(table)).one())


async def peek(page: Page) -> Any:
    """The card beside the launcher."""
    return (await chat_frame(page)).locator(".peek")


async def test_what_the_shop_asks_comes_before_the_chat_and_is_kept(
    shop: Shop, context: BrowserContext
) -> None:
    shop.change(
        ask_email="required", ask_city="optional", questions=["Order number*"],
        consent="We keep it for a year.",
    )  # fmt: skip
    page = await context.new_page()
    frame = await open_chat(page, f"{shop.url}/?own=1")
    await expect(frame.get_by_label("Your e-mail")).to_be_focused()
    await expect(frame.get_by_text("We keep it for a year.")).to_be_visible()
    await frame.get_by_label("Your e-mail").fill("ana@example.com")
    agree = frame.get_by_role("button", name="Agree and start the chat")
    await agree.click()
    await expect(frame.get_by_label("Order number")).to_be_focused()  # it must be answered
    assert await page.evaluate("localStorage.length") == 0
    await frame.get_by_label("Order number").fill("18204")
    assert await browser.barriers(frame) == []
    await agree.click()
    await write(frame, "Where is it?")
    await shop.take_in()

    assert only(shop, Contact).custom == {"Order number": "18204"}
    found = shop.services.database.look(lambda s: s.exec(select(Identity)).all())
    assert {(one.kind, bool(one.consented_at)) for one in found} == {
        ("visitor", True),
        ("email", False),
    }
    await page.reload()
    frame = await open_chat(page, f"{shop.url}/?own=1")
    await expect(frame.get_by_text("Where is it?")).to_be_visible()
    await expect(frame.get_by_role("textbox", name="Write a message")).to_be_focused()


async def test_another_text_of_consent_is_asked_for_and_nothing_that_was_written_is_lost(
    shop: Shop, context: BrowserContext
) -> None:
    page = await context.new_page()
    frame = await open_chat(page, shop.url)
    await write(frame, "First")
    await shop.take_in()
    shop.change(consent="From now on we ask.")
    await write(frame, "Second")
    await expect(frame.get_by_text("Not sent.")).to_be_visible()
    await page.reload()
    frame = await open_chat(page, shop.url)
    await frame.get_by_role("button", name="Agree and start the chat").click()
    await shop.take_in(2)
    await expect(frame.get_by_text("Second")).to_have_count(1)
    await expect(frame.get_by_text("Not sent.")).to_have_count(0)
    assert shop.arrivals() == 2


async def test_the_shop_speaks_first_on_its_page_once_and_within_the_limit(
    shop: Shop, context: BrowserContext
) -> None:
    shop.say_first("Nothing for the first page", pages="/elsewhere*")
    shop.say_first("Any question about the prices?", pages="/pricing*")
    shop.say_first("And another thing")
    page = await context.new_page()
    await page.goto(f"{shop.url}/pricing?own=1")
    await expect(await peek(page)).to_contain_text("Any question about the prices?")
    assert await page.evaluate("document.activeElement.localName") == "body"

    await page.goto(f"{shop.url}/pricing?own=1")  # the limit is one a day
    frame = await open_chat(page, f"{shop.url}/pricing?own=1")
    await expect(frame.get_by_text("Any question about the prices?")).to_be_visible()
    await expect(frame.get_by_text("And another thing")).to_have_count(0)
    await write(frame, "Yes: is it with tax?")
    await shop.take_in()

    assert only(shop, Message).quoted == "Any question about the prices?"


async def test_the_card_opens_the_chat_and_can_be_dismissed(
    shop: Shop, context: BrowserContext
) -> None:
    shop.say_first("Can we help?")
    page = await context.new_page()
    await page.goto(f"{shop.url}/?own=1")
    card = await peek(page)
    await expect(card).to_be_visible()
    assert await browser.barriers(await chat_frame(page)) == []
    box = await (await (await chat_frame(page)).frame_element()).bounding_box()
    assert box
    assert box["height"] < 160
    await card.get_by_role("button", name="Can we help?").click()
    frame = await chat_frame(page)
    await expect(frame.get_by_role("textbox", name="Write a message")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.wait_for_function("document.activeElement.localName === 'inbox-chat'")

    other = await (await context.browser.new_context()).new_page()  # type: ignore[union-attr]
    await other.goto(f"{shop.url}/?own=1")
    card = await peek(other)
    await card.get_by_role("button", name="Dismiss").click()
    await expect(card).to_have_count(0)
    assert not await (await (await chat_frame(other)).frame_element()).is_visible()


async def test_a_blocked_visitor_is_told_so_and_taken_back_he_can_write(
    shop: Shop, context: BrowserContext
) -> None:
    page = await context.new_page()
    frame = await open_chat(page, shop.url)
    await write(frame, "Rubbish")
    await shop.take_in()
    await expect(frame.get_by_text("Sent", exact=False)).to_be_visible()
    visitor = only(shop, Identity).value
    block(shop, visitor, True)
    shop.answer("Not for him")  # the open window hears of it with the next news
    await expect(frame.get_by_text("Messages from you are not accepted here.")).to_be_visible()
    await expect(frame.get_by_role("textbox")).to_have_count(0)
    await expect(frame.get_by_text("Not for him")).to_have_count(0)
    assert shop.arrivals() == 1
    await page.reload()
    frame = await open_chat(page, shop.url)
    await expect(frame.get_by_text("Messages from you are not accepted here.")).to_be_visible()
    await expect(frame.get_by_text("Not for him")).to_have_count(0)

    block(shop, visitor, False)
    await page.reload()
    frame = await open_chat(page, shop.url)
    await expect(frame.get_by_text("Not for him")).to_be_visible()
    await expect(frame.get_by_role("textbox", name="Write a message")).to_be_focused()


def block(shop: Shop, visitor: str, blocked: bool) -> None:
    shop.services.database.run(
        lambda s: visiting.set_blocked(s, visitor, blocked, by=SYSTEM) and None
    )


async def test_an_agent_writes_first_to_who_is_on_the_site(
    shop: Shop, context: BrowserContext
) -> None:
    shop.change(watch_visitors=True)
    page = await context.new_page()
    await page.goto(f"{shop.url}/pricing?own=1")
    present = await on_the_list(shop)
    assert present.page.startswith(f"{shop.url}/pricing")
    assert present.title == "Shop"

    def work(session: Any) -> None:
        by = Actor.agent(make_agent(session))
        inbox = session.get_one(Inbox, shop.inbox.id)
        visiting.write_first(session, inbox, present.visitor, "Can I help?", by=by, request_id="1")
        hand_over(session)

    shop.services.database.run(work)
    card = await peek(page)
    await expect(card).to_contain_text("Can I help?", timeout=25_000)
    await expect(card).to_contain_text("Ana")
    await page.evaluate("InboxChat.open()")
    await write(await chat_frame(page), "Yes, please")
    async with asyncio.timeout(15):
        while said(shop) != ["Can I help?", "Yes, please"]:
            await asyncio.sleep(0.1)
            await shop.take_in()  # what was delivered and read comes as well


def said(shop: Shop) -> list[str]:
    return shop.services.database.look(lambda s: [m.text for m in s.exec(select(Message))])


async def on_the_list(shop: Shop) -> Any:
    async with asyncio.timeout(15):
        while not (found := shop.app[ROSTER].now([shop.inbox.id])):
            await asyncio.sleep(0.1)
    return found[0]


async def test_a_voice_note_is_recorded_sent_and_can_be_heard(
    shop: Shop, context: BrowserContext
) -> None:
    page = await context.new_page()
    frame = await open_chat(page, shop.url)
    await frame.get_by_role("button", name="Record a voice note").click()
    await expect(frame.get_by_text(re.compile("Recording, 0:0[1-9]"))).to_be_visible()
    await frame.get_by_role("button", name="Stop and attach").click()
    await expect(frame.get_by_text("voice-note.webm")).to_be_visible()
    await expect(frame.get_by_role("progressbar")).to_have_count(0)
    await frame.get_by_role("button", name="Send").click()
    await shop.take_in()
    await expect(frame.locator("audio")).to_be_visible()
    await frame.wait_for_function("document.querySelector('audio').readyState > 0")

    assert only(shop, Attachment).content_type == "audio/webm"


async def test_an_emoji_is_found_by_its_name_and_put_in_where_one_writes(
    shop: Shop, context: BrowserContext
) -> None:
    page = await context.new_page()
    frame = await open_chat(page, shop.url)
    field = frame.get_by_role("textbox", name="Write a message")
    await field.fill("Thanks")
    await frame.get_by_role("button", name="Emoji").click()
    search = frame.get_by_role("searchbox", name="Search")
    await expect(search).to_be_focused()
    assert await browser.barriers(frame) == []
    await search.fill("red heart")
    await frame.locator(".emoji").first.click()
    await expect(field).to_have_value("Thanks❤️")
    await expect(field).to_be_focused()
    await frame.get_by_role("button", name="Emoji").click()
    await page.keyboard.press("Escape")
    await expect(frame.get_by_role("dialog")).to_have_count(0)
    await expect(field).to_be_focused()


async def test_a_visitor_switches_the_language_and_it_stays(
    shop: Shop, context: BrowserContext
) -> None:
    shop.change(languages=["en", "de", "sr-Latn"])
    page = await context.new_page()
    frame = await open_chat(page, f"{shop.url}/?own=1")
    await frame.get_by_role("button", name="Options").click()
    language = frame.get_by_role("combobox", name="Language")
    await expect(language).to_be_focused()
    assert await browser.barriers(frame) == []
    await language.select_option("de")
    await expect(frame.get_by_role("textbox", name="Nachricht schreiben")).to_be_focused()
    await page.reload()
    frame = await open_chat(page, f"{shop.url}/?own=1")
    await expect(frame.get_by_role("textbox", name="Nachricht schreiben")).to_be_visible()


async def test_out_of_hours_the_chat_says_when_somebody_is_back(
    shop: Shop, context: BrowserContext
) -> None:
    def work(session: Any) -> None:
        hours = BusinessHours(name="Never", time_zone="UTC", week={})
        session.add(hours)
        session.flush()
        session.get(Inbox, shop.inbox.id).business_hours_id = hours.id

    page = await context.new_page()
    frame = await open_chat(page, shop.url)
    await expect(frame.get_by_text("We are away.")).to_have_count(0)
    await page.evaluate("InboxChat.close()")
    shop.services.database.run(work)
    await page.evaluate("InboxChat.open()")
    await expect(frame.get_by_text("We are away.")).to_be_visible()


async def test_on_a_slow_line_the_chat_can_be_used_within_three_seconds(
    shop: Shop, context: BrowserContext
) -> None:
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False, "latency": 150,
            "downloadThroughput": 200_000, "uploadThroughput": 94_000,
        },
    )  # fmt: skip
    await page.goto(shop.url)
    await page.wait_for_function("window.InboxChat !== undefined")
    async with asyncio.timeout(3):
        await page.evaluate("InboxChat.open()")
        frame = await chat_frame(page)
        await frame.get_by_role("textbox", name="Write a message").wait_for()
    await write(frame, "From a train")
    await shop.take_in()
    await expect(frame.get_by_text("Sent", exact=False)).to_be_visible()


async def test_an_article_is_suggested_while_the_first_message_is_written(
    shop: Shop, context: BrowserContext
) -> None:
    async def suggest(_inbox: str, text: str, _language: str) -> list[Suggestion]:
        return [Suggestion(title="Returns", url=f"{shop.url}/pricing", excerpt=f"About {text}")]

    shop.app[SUGGEST].append(suggest)
    page = await context.new_page()
    frame = await open_chat(page, shop.url)
    field = frame.get_by_role("textbox", name="Write a message")
    await field.fill("Can I return shoes")
    link = frame.get_by_role("region", name="This may help").get_by_role("link", name="Returns")
    await expect(link).to_have_attribute("href", f"{shop.url}/pricing")
    assert await browser.barriers(frame) == []
    await field.press("Enter")
    await expect(link).to_have_count(0)
    await shop.take_in()
