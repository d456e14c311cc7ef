"""A canned response by the slash, while an answer is written."""

import pytest
from playwright.async_api import Page, expect

from inbox.events import SYSTEM
from inbox.routing import canned
from inbox.routing.canned import CannedValues
from tests.journeys.product import Product

pytestmark = pytest.mark.browser


async def test_the_slash_finds_it_the_arrows_choose_it_and_it_stands_in_the_answer(
    product: Product, desk: Page
) -> None:
    for name, text in (("Zebra one", "One zebra."), ("Zebra two", "Two zebras.")):
        values = CannedValues(name=name, text=text)
        product.services.database.run(lambda s, v=values: canned.add(s, v, by=SYSTEM))
    await desk.goto(f"{product.url}/views/all")
    await desk.locator(".rows .row-link").first.click()
    answer = desk.locator('textarea[data-mode="reply"]')
    await answer.fill("Hello,\n")
    await answer.press("End")
    await answer.press("/")
    search = desk.locator("canned-picker input")
    await expect(search).to_be_focused()
    await expect(desk.locator(".canned-option", has_text="Zebra one")).to_be_visible()

    await search.type("zebra")
    await expect(desk.locator(".canned-option")).to_have_count(2)
    await search.press("ArrowDown")
    await expect(desk.locator('.canned-option[aria-selected="true"]')).to_contain_text("Zebra two")
    await search.press("Enter")
    await expect(answer).to_have_value("Hello,\nTwo zebras.")
    await expect(answer).to_be_focused()
    await expect(desk.locator("canned-picker")).to_be_hidden()


async def test_a_line_may_begin_with_a_slash_all_the_same(product: Product, desk: Page) -> None:
    await desk.goto(f"{product.url}/views/all")
    await desk.locator(".rows .row-link").first.click()
    answer = desk.locator('textarea[data-mode="reply"]')
    await answer.fill("")
    await answer.press("/")
    await desk.locator("canned-picker input").type("etc")
    await desk.keyboard.press("Escape")

    await expect(answer).to_have_value("/etc")
    await answer.type("/hosts")
    await expect(answer).to_have_value("/etc/hosts")
