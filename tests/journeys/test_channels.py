"""A customer writes on each channel, an agent answers in the browser, the customer gets it once."""

import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from playwright.async_api import Frame, Page, expect

from inbox.simulators.cast import CAST
from inbox.simulators.ledger import Entry
from tests.journeys.agent import PATIENCE, answer, expect_delivered, open_from_list
from tests.journeys.product import Product, until

pytestmark = pytest.mark.browser

EMMA = CAST[0]


@pytest.fixture
async def shop(desk: Page) -> AsyncIterator[Page]:
    """The customer's own browser."""
    browser = desk.context.browser
    assert browser
    context = await browser.new_context(reduced_motion="reduce", locale="en-GB")
    yield await context.new_page()
    await context.close()


async def test_a_telegram_message_is_answered(product: Product, desk: Page) -> None:
    customers = product.simulators.customers
    customers.telegram_write(EMMA.telegram, "Where is my parcel?")
    await serve(desk, "Where is my parcel?", "It comes tomorrow.")
    assert texts(customers.telegram_of(EMMA.telegram)) == ["It comes tomorrow."]


async def test_an_sms_is_answered(product: Product, desk: Page) -> None:
    customers = product.simulators.customers
    await customers.send_sms(EMMA.phone, "Is the shop open on Sunday?")
    await serve(desk, "Is the shop open on Sunday?", "From ten to four.")
    assert texts(customers.sms_of(EMMA.phone)) == ["From ten to four."]


async def test_a_mail_is_answered_in_its_thread(product: Product, desk: Page) -> None:
    customers = product.simulators.customers
    sender = f"{EMMA.name} <{EMMA.email}>"
    asked = await customers.send_mail(sender, "Invoice", "Please send the invoice again.")
    await serve(desk, "Please send the invoice again.", "It is attached to your account.")
    (got,) = customers.mails_of(EMMA.email)
    mail = raw(product, got)
    assert "It is attached to your account." in got.text
    assert mail["Subject"] == "Re: Invoice"
    assert mail["In-Reply-To"] == asked.meta["message_id"]
    assert asked.meta["message_id"] in mail["References"]

    await customers.send_mail(sender, "Re: Invoice", "Found it, thanks.", got.meta["message_id"])
    await expect(desk.locator("#messages .message", has_text="Found it, thanks.")).to_have_count(
        1, timeout=PATIENCE
    )
    assert len(customers.mails_of(EMMA.email)) == 1


async def test_a_chat_is_answered_while_the_visitor_waits(
    product: Product, desk: Page, shop: Page
) -> None:
    chat = await open_chat(shop, f"{product.url}/simulators/shop")
    await chat.get_by_role("textbox").fill("Does it come in green?")
    await chat.get_by_role("textbox").press("Enter")
    await serve(desk, "Does it come in green?", "From next week on.")
    await expect(chat.get_by_text("From next week on.")).to_have_count(1, timeout=PATIENCE)


async def test_a_web_form_is_answered_by_mail(product: Product, desk: Page, shop: Page) -> None:
    await shop.goto(f"{product.url}/forms/contact")
    await asyncio.sleep(2.1)  # nobody fills in a form faster
    await shop.get_by_label("Name").fill(EMMA.name)
    await shop.get_by_label("E-mail").fill(EMMA.email)
    await shop.get_by_label("Message").fill("Do you sell to schools?")
    await shop.get_by_role("button", name="Send").click()
    await shop.wait_for_load_state()
    await serve(desk, "Do you sell to schools?", "With a tenth off.")
    assert ["With a tenth off." in text for text in texts(mails(product))] == [True]


async def serve(desk: Page, asked: str, answered: str) -> None:
    """What comes is shown without a reload, with why it was assigned; the answer leaves once."""
    await open_from_list(desk, asked)
    await expect(desk.locator(".event-reason")).to_be_visible(timeout=PATIENCE)
    message = await answer(desk, answered)
    await expect_delivered(message)


def texts(entries: list[Entry]) -> list[str]:
    return [entry.text for entry in entries]


def mails(product: Product) -> list[Entry]:
    return product.simulators.customers.mails_of(EMMA.email)


def raw(product: Product, entry: Entry) -> EmailMessage:
    return message_from_bytes(product.simulators.mailbox.raw(entry), policy=policy.default)


async def open_chat(page: Page, url: str) -> Frame:
    """By the launcher, which hides from locators: by its place."""
    await page.goto(url)
    await page.wait_for_function("window.InboxChat !== undefined")
    size = page.viewport_size
    assert size
    await page.mouse.click(size["width"] - 48, size["height"] - 48)
    await until(lambda: any("/widget/" in frame.url for frame in page.frames), "the chat opens")
    return next(frame for frame in page.frames if "/widget/" in frame.url)
