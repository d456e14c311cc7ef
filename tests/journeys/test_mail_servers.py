"""A mail's way through real servers: Postfix, Dovecot, the agent's browser, and back."""

from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from inbox.channels.email.settings import EmailSettings
from inbox.desk import inboxes
from inbox.events import SYSTEM
from tests.journeys import product as whole
from tests.journeys.agent import PATIENCE, answer, expect_delivered, open_from_list
from tests.journeys.product import Product
from tests.servers.mail import MailServers, running_mail_servers

pytestmark = [pytest.mark.browser, pytest.mark.servers]


@pytest.fixture
def servers() -> Iterator[MailServers]:
    with running_mail_servers() as running:
        yield running


@pytest.fixture
async def product(servers: MailServers, tmp_path: Path) -> AsyncIterator[Product]:
    async with whole.running(tmp_path, private_hosts=servers.private_hosts) as running:
        yield running


async def test_a_mail_is_answered_through_postfix_and_dovecot(
    servers: MailServers, product: Product, desk: Page
) -> None:
    shop, emma = servers.add_user("help"), servers.add_user("emma")
    servers.reload_smtp()
    await connect(product, EmailSettings(**servers.settings(shop, start_with="everything")))
    asked = mail(emma, shop, "Invoice", "Please send the invoice again.")
    servers.deliver(emma, shop, asked.as_bytes())
    await open_from_list(desk, "Please send the invoice again.")
    await expect(desk.locator(".event-reason")).to_be_visible(timeout=PATIENCE)
    await expect_delivered(await answer(desk, "It is on its way."))

    (got,) = [read(content) for content in servers.wait_for_mail(emma)]
    assert got["Subject"] == "Re: Invoice"
    assert got["In-Reply-To"] == asked["Message-ID"]
    again = mail(emma, str(got["Reply-To"]), "Re: Invoice", "Found it, thanks.")
    again["In-Reply-To"] = got["Message-ID"]
    servers.deliver(emma, shop, again.as_bytes())
    thanks = desk.locator("#messages .message", has_text="Found it, thanks.")
    await expect(thanks).to_have_count(1, timeout=PATIENCE)
    assert len(servers.mailbox(emma)) == 1


async def connect(product: Product, settings: EmailSettings) -> None:
    """The shop's e-mail inbox from now on leads to these servers."""
    vault, inbox_id = product.services.vault, product.inboxes["email"].id
    await product.services.database.write(
        lambda s: inboxes.set_settings(
            s, inbox_id, settings, settings.email, vault=vault, by=SYSTEM
        )
    )


def mail(sender: str, recipient: str, subject: str, text: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, recipient, subject
    made["Message-ID"] = f"<{subject.replace(' ', '.').replace(':', '')}@shop.test>"
    made.set_content(text)
    return made


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)
