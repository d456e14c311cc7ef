"""What an agent chooses about time and recipients: in the own zone, shown, and taken back."""

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect
from sqlmodel import Session, col, select

from inbox import clock
from inbox.model import Conversation, Delivery, Message, MessageState, Status
from tests.journeys.agent import PATIENCE, sign_in
from tests.journeys.product import Product

pytestmark = pytest.mark.browser


@pytest.fixture
async def tokyo(product: Product, page: Page) -> Page:
    """An agent whose browser stands in Tokyo."""
    assert page.context.browser
    context = await page.context.browser.new_context(
        timezone_id="Asia/Tokyo", locale="en-GB", reduced_motion="reduce"
    )
    opened = await context.new_page()
    await sign_in(opened, product.url)
    return opened


def mail_number(product: Product) -> int:
    """Of an open conversation by e-mail."""

    def work(session: Session) -> int:
        wanted = select(Conversation.number).where(
            Conversation.channel == "email", Conversation.status == Status.OPEN
        )
        return session.exec(wanted.order_by(col(Conversation.number))).first() or 0

    return product.services.database.look(work)


def one(product: Product, number: int) -> Conversation:
    return product.services.database.look(
        lambda s: s.exec(select(Conversation).where(Conversation.number == number)).one()
    )


def last_delivery(product: Product) -> tuple[Message, Delivery]:
    def work(session: Session) -> Any:
        delivery = session.exec(select(Delivery).order_by(col(Delivery.id).desc()).limit(1)).one()
        return session.get_one(Message, delivery.message_id), delivery

    return product.services.database.look(work)


async def test_a_conversation_is_put_aside_until_the_agents_own_morning_or_date(
    product: Product, tokyo: Page
) -> None:
    number = mail_number(product)
    await tokyo.goto(f"{product.url}/conversations/{number}")
    await tokyo.get_by_role("button", name="Snooze").click()
    morning = tokyo.get_by_role("menuitem", name=re.compile("Tomorrow morning"))
    await expect(morning).to_contain_text("08:00")  # when the inbox's hours begin
    await morning.click()
    await expect(tokyo.locator("#toolbar")).to_contain_text("Snoozed until tomorrow, 08:00")
    until = one(product, number).snoozed_until
    assert until
    assert until.astimezone(UTC).hour == 23  # eight in Tokyo

    await tokyo.get_by_role("button", name="Snooze").click()
    day = (clock.now() + timedelta(days=20)).date()
    await tokyo.get_by_label("Snooze until").fill(f"{day}T10:30")
    await tokyo.get_by_label("Snooze until").press("Enter")
    await expect(tokyo.locator("#toolbar")).to_contain_text("10:30")
    chosen = datetime.fromisoformat(f"{day}T01:30:00+00:00")
    assert one(product, number).snoozed_until == chosen

    await tokyo.get_by_role("button", name="Snooze").click()
    await tokyo.get_by_role("menuitem", name="Until the customer replies").click()
    await expect(tokyo.locator("#toolbar")).to_contain_text("Snoozed until a reply")


async def test_a_zone_of_the_profile_goes_before_the_browsers(
    product: Product, tokyo: Page
) -> None:
    await tokyo.goto(f"{product.url}/profile")
    await tokyo.get_by_label("Time zone").select_option("America/New_York")
    await tokyo.get_by_role("button", name="Save").click()
    await expect(tokyo.get_by_text("Saved.")).to_be_visible()
    number = mail_number(product)
    await tokyo.goto(f"{product.url}/conversations/{number}")
    shown = tokyo.locator("#messages .message-meta time").first
    moment = datetime.fromisoformat(await shown.get_attribute("datetime") or "")
    there = moment.astimezone(ZoneInfo("America/New_York"))

    await expect(shown).to_have_text(there.strftime("%H:%M"))
    await expect(shown).to_have_attribute("title", re.compile(str(there.year)))


async def test_a_reply_for_later_waits_in_sight_and_its_text_comes_back_when_undone(
    product: Product, desk: Page
) -> None:
    number = mail_number(product)
    await desk.goto(f"{product.url}/conversations/{number}")
    box = desk.locator('textarea[data-mode="reply"]')
    await box.fill("Your parcel leaves tomorrow.")
    await desk.get_by_role("button", name="Send later").click()
    await desk.get_by_role("menuitem", name=re.compile("Tomorrow morning")).click()

    message = desk.locator("#messages .message", has_text="Your parcel leaves")
    await expect(message).to_have_count(1)
    await expect(message.locator(".message-waiting")).to_contain_text("Waits until tomorrow")
    await expect(message).not_to_contain_text("Sending")
    stored, delivery = last_delivery(product)
    assert (stored.state, delivery.not_before) == (MessageState.QUEUED, stored.sent_at)
    assert delivery.not_before > clock.now()

    await message.get_by_role("button", name="Undo").click()
    await expect(message).to_have_attribute("data-state", "cancelled", timeout=PATIENCE)
    await expect(message.locator(".message-waiting")).to_have_count(0)
    await expect(box).to_have_value("Your parcel leaves tomorrow.")
    assert one(product, number).status is Status.OPEN


async def test_a_date_of_ones_own_is_refused_when_it_is_over(product: Product, desk: Page) -> None:
    await desk.goto(f"{product.url}/conversations/{mail_number(product)}")
    await desk.locator('textarea[data-mode="reply"]').fill("Later")
    await desk.get_by_role("button", name="Send later").click()
    await desk.get_by_label("Send at", exact=True).fill("2020-01-01T09:00")
    await desk.get_by_role("button", name="Send at this time").click()
    await expect(desk.get_by_label("Send at", exact=True)).to_be_focused()

    day = (clock.now() + timedelta(days=30)).date()
    await desk.get_by_label("Send at", exact=True).fill(f"{day}T09:00")
    await desk.get_by_role("button", name="Send at this time").click()
    await expect(desk.locator(".message-waiting")).to_contain_text("09:00")


async def test_copies_are_sent_and_an_answer_address_of_somebody_else_is_warned_of(
    product: Product, desk: Page
) -> None:
    mail = EmailMessage()
    mail["From"] = "Ivo <ivo@customer.example>"
    mail["Reply-To"] = "other@elsewhere.example"
    mail["Cc"] = "boss@customer.example"
    mail["Subject"] = "The invoice"
    mail.set_content("Where is it?")
    await product.simulators.mailbox.write(mail)
    await desk.goto(f"{product.url}/views/all")
    row = desk.locator(".row", has_text="The invoice")
    await row.wait_for(timeout=PATIENCE)
    await row.locator(".row-link").click()

    await expect(desk.locator(".composer-warning:not([hidden])")).to_contain_text(
        "ivo@customer.example"
    )
    await expect(desk.get_by_role("textbox", name="Cc", exact=True)).to_have_value(
        "boss@customer.example"
    )
    await desk.get_by_role("textbox", name="Bcc", exact=True).fill("audit@shop.example")
    await desk.locator('textarea[data-mode="reply"]').fill("Here it is.")
    await desk.locator('#composer button[data-kind="primary"][type="submit"]').click()
    message = desk.locator("#messages .message", has_text="Here it is.")
    await expect(message).to_contain_text("Cc boss@customer.example")
    await expect(message).to_have_attribute("data-state", "sent", timeout=PATIENCE)
    mailbox = product.simulators.mailbox
    got = mailbox.ledger.received("email")
    assert {entry.customer for entry in got} >= {
        "other@elsewhere.example",
        "boss@customer.example",
        "audit@shop.example",
    }
    assert b"audit@shop.example" not in mailbox.raw(got[-1])
