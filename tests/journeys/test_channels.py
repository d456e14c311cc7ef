"""A customer writes on each channel, an agent answers in the browser, the customer gets it once."""

import pytest
from playwright.async_api import Page, expect

from inbox.simulators.cast import CAST
from tests.journeys.agent import PATIENCE, answer, expect_delivered, open_from_list
from tests.journeys.product import Product, until

pytestmark = pytest.mark.browser

EMMA = CAST[0]


async def test_a_telegram_message_is_answered(product: Product, desk: Page) -> None:
    customers = product.simulators.customers
    customers.telegram_write(EMMA.telegram, "Where is my parcel?")
    await open_from_list(desk, "Where is my parcel?")
    await expect(desk.locator(".event-reason")).to_be_visible(timeout=PATIENCE)
    message = await answer(desk, "It comes tomorrow.")
    await expect_delivered(message)
    await expect(message).to_have_count(1)
    assert [entry.text for entry in customers.telegram_of(EMMA.telegram)] == ["It comes tomorrow."]
