"""A mailbox without a password: connected at the provider's page, taken back there, and mended."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.journeys import product as whole
from tests.journeys.agent import PATIENCE, answer, expect_delivered, open_from_list
from tests.journeys.product import Product
from tests.journeys.test_mail_servers import mail, read
from tests.servers.mail import MailServers, running_mail_servers
from tests.servers.oauth import CLIENT, Provider, running_provider

pytestmark = [pytest.mark.browser, pytest.mark.servers]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def servers(provider: Provider) -> Iterator[MailServers]:
    with running_mail_servers(introspection_url=f"{provider.url}/introspect") as running:
        yield running


@pytest.fixture
async def product(
    servers: MailServers, provider: Provider, tmp_path: Path
) -> AsyncIterator[Product]:
    allowed = f"{servers.private_hosts},{urlsplit(provider.url).netloc}"
    async with whole.running(tmp_path, private_hosts=allowed) as running:
        yield running


async def test_a_mailbox_is_connected_without_a_password_and_again_when_it_is_taken_back(
    servers: MailServers, provider: Provider, product: Product, desk: Page
) -> None:
    shop, emma = servers.add_user("help"), servers.add_user("emma")
    servers.reload_smtp()
    await connect(desk, product, servers, provider)
    await sign_in(desk)
    servers.deliver(emma, shop, mail(emma, shop, "Hinges", "Which hinges fit?").as_bytes())
    await desk.goto(f"{product.url}/views/unassigned")
    await open_from_list(desk, "Which hinges fit?")
    await expect_delivered(await answer(desk, "The long ones."))
    (got,) = [read(content) for content in servers.wait_for_mail(emma)]
    assert got["Subject"] == "Re: Hinges"

    provider.take_back_everything()
    servers.kick(shop)
    await needs_sign_in(desk, product)
    await sign_in(desk)
    servers.deliver(emma, shop, mail(emma, shop, "Screws", "And which screws?").as_bytes())
    await desk.goto(f"{product.url}/views/unassigned")
    await open_from_list(desk, "And which screws?")


async def connect(page: Page, product: Product, servers: MailServers, provider: Provider) -> None:
    """The form of a new inbox, filled in by hand."""
    await page.goto(f"{product.url}/settings/inboxes/new/email")
    await expect(page.get_by_label("Client id")).to_be_hidden()
    await page.get_by_label("Name of the inbox").fill("Help desk")
    await page.locator('[name="settings.login"]').select_option("other")
    await expect(page.locator('[name="settings.imap_password"]')).to_be_hidden()
    given = {
        **servers.settings("help@shop.test"),
        **provider.settings(),
        "oauth_client_secret": CLIENT["client_secret"],
        "start_with": "everything",
    }
    for name, value in given.items():
        field = page.locator(f'[name="settings.{name}"]')
        if name in {"login", "imap_password"}:
            continue
        if await field.evaluate("field => field.tagName") == "SELECT":
            await field.select_option(str(value))
        else:
            await field.fill(str(value))
    await page.get_by_role("button", name="Connect", exact=True).click()
    await expect(page.get_by_text("Saved.")).to_be_visible()


async def sign_in(page: Page) -> None:
    """By the button of the inbox, at the provider's page, and back."""
    await page.get_by_role("link", name="Sign in with Example Mail").click()
    await page.get_by_role("button", name="Allow").click()
    await expect(page.get_by_text("You are signed in with Example Mail.")).to_be_visible()


async def needs_sign_in(page: Page, product: Product) -> None:
    """The light of the list says so by itself, once the next connection is refused."""
    light = page.get_by_text("Needs sign-in again")
    for _ in range(PATIENCE // 500):
        await page.goto(f"{product.url}/settings/inboxes")
        if await light.count():
            return
        await page.wait_for_timeout(500)
    raise AssertionError("the light never said that a person is needed")
