"""A visitor leaves the chat: the answer follows by mail, and everything stays one conversation."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Frame, Page, expect
from sqlmodel import select

from inbox import clock
from inbox.model import Continuation, Inbox
from tests.journeys.agent import PATIENCE, answer, expect_delivered, open_from_list
from tests.journeys.product import Product, until
from tests.journeys.test_channels import open_chat

pytestmark = pytest.mark.browser

NINA = "nina@walkers.example"


@pytest.fixture
async def visitor(desk: Page) -> AsyncIterator[BrowserContext]:
    browser = desk.context.browser
    assert browser
    context = await browser.new_context(reduced_motion="reduce", locale="en-GB")
    yield context
    await context.close()


async def test_the_answer_follows_by_mail_and_the_answer_to_it_comes_back(
    product: Product, desk: Page, visitor: BrowserContext
) -> None:
    customers = product.simulators.customers
    product.services.database.run(lambda s: go_on_by_mail(s, product))
    await ask_and_leave(visitor, product, "Do you mend shoes?")
    await open_from_list(desk, "Do you mend shoes?")
    await expect_delivered(await answer(desk, "We do, within a week."))
    assert customers.mails_of(NINA) == []
    await quiet_time_passes(product)
    await until(lambda: len(customers.mails_of(NINA)) == 1, "the answer is mailed")
    (got,) = customers.mails_of(NINA)
    assert got.text.startswith("We do, within a week.")

    await customers.send_mail(
        f"Nina <{NINA}>", "Re: chat", "I bring them on Monday.", got.meta["message_id"]
    )
    shown = desk.locator("#messages .message", has_text="I bring them on Monday.")
    await expect(shown).to_have_count(1, timeout=PATIENCE)
    await expect_delivered(await answer(desk, "We are there from nine."))
    await until(lambda: len(customers.mails_of(NINA)) == 2, "the next answer goes by mail")

    chat = await write(visitor, product, "I am on my way.")
    await expect(chat.get_by_text("We do, within a week.")).to_be_visible()
    back = desk.locator("#messages .message", has_text="I am on my way.")
    await expect(back).to_have_count(1, timeout=PATIENCE)


async def ask_and_leave(visitor: BrowserContext, product: Product, text: str) -> None:
    chat = await write(visitor, product, text)
    await chat.get_by_label("Where can we answer if you leave?").fill(NINA)
    await chat.get_by_role("button", name="Save").click()
    await expect(chat.get_by_text(f"our answer comes to {NINA}")).to_be_visible()
    await chat.page.close()


async def write(visitor: BrowserContext, product: Product, text: str) -> Frame:
    chat = await open_chat(await visitor.new_page(), f"{product.url}/simulators/shop")
    field = chat.get_by_role("textbox", name="Write a message")
    await field.fill(text)
    await field.press("Enter")
    return chat


def go_on_by_mail(session: Any, product: Product) -> None:
    chat = session.get_one(Inbox, product.inboxes["webchat"].id)
    chat.settings = {**chat.settings, "mail_inbox": product.inboxes["email"].id}
    chat.version += 1


async def quiet_time_passes(product: Product) -> None:
    """Once the answer has gone out, as if the minutes had gone by."""
    read = product.services.database.look

    def pending() -> bool:
        return read(lambda s: any(row.due_at for row in s.exec(select(Continuation))))

    def work(session: Any) -> None:
        for row in session.exec(select(Continuation)):
            row.due_at = clock.now()

    await until(pending, "the quiet time begins")
    product.services.database.run(work)
