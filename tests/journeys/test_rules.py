"""A rule made in the browser by keyboard alone: built, tried, saved, and seen to work."""

import pytest
from playwright.async_api import Page, expect

from tests.journeys.product import Product
from tests.servers.browser import barriers

pytestmark = pytest.mark.browser


async def test_a_rule_is_built_and_tried_without_the_page_loading_again(
    product: Product, desk: Page
) -> None:
    await desk.goto(f"{product.url}/settings/rules/new")
    await desk.evaluate("document.body.dataset.same = 'yes'")
    await desk.get_by_role("button", name="Add a condition").press("Enter")
    field = desk.get_by_label("What is asked")
    await expect(field).to_be_focused()
    await field.select_option("conversation.channel")
    await expect(desk.get_by_label("How it is compared")).to_have_value("is")
    await expect(field).to_be_focused()
    await desk.get_by_label("How it is compared").select_option("any_of")
    await desk.get_by_label("E-mail", exact=True).check()
    await desk.get_by_role("button", name="Add a group").press("Enter")
    await desk.get_by_role("textbox", name="Value", exact=True).last.fill("18204")
    await desk.get_by_label("Action to add").select_option("add_tags")
    await desk.get_by_role("button", name="Add the action").press("Enter")
    await desk.get_by_role("textbox", name="Tags").fill("parcel")
    await desk.get_by_role("button", name="Try it").press("Enter")
    await expect(desk.get_by_role("heading", name="It would have fired")).to_be_visible()

    assert await desk.evaluate("document.body.dataset.same") == "yes"
    assert await barriers(desk) == []
    await desk.get_by_label("Name").fill("Parcels")
    await desk.get_by_label("Name").press("Enter")  # saves, whatever buttons stand above
    await expect(desk.get_by_text("Saved.")).to_be_visible()
    await expect(desk.get_by_label("E-mail", exact=True)).to_be_checked()
    await expect(desk.get_by_role("textbox", name="Value", exact=True).last).to_have_value("18204")
