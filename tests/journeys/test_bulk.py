"""Several conversations of a list, by the keyboard alone."""

import pytest
from playwright.async_api import Page, expect
from sqlmodel import col, select

from inbox.model import Conversation, Status
from tests.journeys.product import Product

pytestmark = pytest.mark.browser


def done(product: Product) -> int:
    wanted = select(Conversation.id).where(col(Conversation.status) == Status.RESOLVED)
    return len(product.services.database.look(lambda s: s.exec(wanted).all()))


async def test_rows_are_selected_closed_and_taken_back_without_a_mouse(
    product: Product, desk: Page
) -> None:
    await desk.goto(f"{product.url}/views/all")
    rows, bar = desk.locator(".rows > .row"), desk.locator("row-selection")
    before, closed = await rows.count(), done(product)
    await desk.keyboard.press("j")
    for key in ("x", "Shift+ArrowDown", "Shift+ArrowDown"):
        await desk.keyboard.press(key)
    await expect(bar.locator("output")).to_have_text("3 selected")

    await desk.keyboard.press("e")
    await expect(rows).to_have_count(before - 3)
    await expect(bar).to_be_hidden()
    assert done(product) == closed + 3

    await desk.keyboard.press("z")
    await expect(rows).to_have_count(before)
    assert done(product) == closed


async def test_a_range_is_selected_with_shift_and_given_up_with_escape(
    product: Product, desk: Page
) -> None:
    await desk.goto(f"{product.url}/views/all")
    boxes = desk.locator(".row-pick > input")
    await boxes.nth(1).click()
    await boxes.nth(4).click(modifiers=["Shift"])
    selected = desk.locator("row-selection output")
    await expect(selected).to_have_text("4 selected")

    await desk.keyboard.press("Escape")
    await expect(desk.locator("row-selection")).to_be_hidden()
    assert await desk.locator(".row-pick > input:checked").count() == 0
