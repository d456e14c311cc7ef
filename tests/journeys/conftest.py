"""A running product, and an agent who is signed in at it with a real browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from inbox.web.render import STATIC
from tests.journeys import product as whole
from tests.journeys.agent import sign_in
from tests.journeys.product import Product


@pytest.fixture
async def product(tmp_path: Path) -> AsyncIterator[Product]:
    if not (STATIC / "manifest.json").exists():
        pytest.fail("the browser assets are not built; run make setup")
    async with whole.running(tmp_path) as running:
        yield running


@pytest.fixture
async def desk(product: Product, page: Page) -> Page:
    """The owner's page, on the list of what is theirs."""
    await sign_in(page, product.url)
    return page
