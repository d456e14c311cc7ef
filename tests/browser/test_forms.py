"""Who builds a form drags its fields and sees it grow; who fills it in, with scripts or without."""

import re
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlmodel import select

from inbox.desk import agents, first_run
from inbox.model import Arrival, Inbox
from inbox.web.webforms import stamp
from tests.browser.shop import Shop, context, shop
from tests.web.conftest import PASSWORD, PASSWORD_HASH, services
from tests.web.customer_side import make_inbox

__all__ = ["context", "make_inbox", "services", "shop"]

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 780}


@pytest.fixture
async def builder(shop: Shop, make_inbox: Any, context: BrowserContext) -> Page:
    """The builder's page, of an owner who is signed in."""
    inbox = make_inbox("form", "contact")
    owner = agents.NewAgent(
        name="Olga", email="olga@example.com", password_hash=PASSWORD_HASH, role="owner"
    )
    shop.services.database.run(lambda s: first_run.begin(s, "Acme", owner))
    page = await context.new_page()
    await page.goto(f"{shop.chat}/sign-in")
    await page.get_by_label("E-mail").fill("olga@example.com")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(lambda url: "sign-in" not in url)
    await page.goto(f"{shop.chat}/settings/inboxes/{inbox.id}/form")
    return page


def fields(shop: Shop) -> list[str]:
    inbox = shop.services.database.look(
        lambda s: s.exec(select(Inbox).where(Inbox.kind == "form")).one()
    )
    return [field["label"] for field in inbox.settings["fields"]]


def cards(page: Page) -> Any:
    return page.locator(".form-card-name strong")


async def test_a_field_is_dragged_and_the_preview_follows(builder: Page, shop: Shop) -> None:
    preview = builder.frame_locator("iframe")
    await expect(preview.get_by_label("Name")).to_be_visible()
    grip = builder.locator("[data-card='3'] [data-grip]")
    top = await builder.locator("[data-card='0']").bounding_box()
    assert top
    await grip.hover()
    await builder.mouse.down()
    await builder.mouse.move(top["x"] + 10, top["y"] + 30, steps=5)
    await builder.mouse.move(top["x"] + 10, top["y"] + 2, steps=5)
    await builder.mouse.up()
    await expect(cards(builder)).to_have_text(["Message", "Name", "E-mail", "Subject", "File"])
    await expect(preview.locator("label, legend").first).to_contain_text("Message")
    await builder.get_by_role("button", name="Save").last.click()
    await expect(builder.get_by_text("Saved.")).to_be_visible()
    assert fields(shop) == ["Message", "Name", "E-mail", "Subject", "File"]


async def test_a_field_is_added_and_moved_by_the_keyboard_alone(builder: Page, shop: Shop) -> None:
    await builder.get_by_label("Kind of field to add").select_option("choice")
    await builder.get_by_role("button", name="Add the field").press("Enter")
    label = builder.get_by_label("Label").last
    await expect(label).to_be_focused()
    await label.fill("Topic")
    await expect(builder.frame_locator("iframe").get_by_label("Topic")).to_be_visible()
    await label.press("Alt+ArrowUp")
    await expect(builder.get_by_role("button", name="Move up: Topic")).to_be_focused()
    await builder.keyboard.press("Enter")
    await expect(cards(builder)).to_have_text(
        ["Name", "E-mail", "Subject", "Topic", "Message", "File"]
    )
    await builder.get_by_role("button", name="Save").last.click()
    await expect(builder.get_by_text("Saved.")).to_be_visible()
    assert fields(shop)[3] == "Topic"


async def test_the_snippet_is_copied(builder: Page, context: BrowserContext) -> None:
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    await builder.get_by_role("button", name="Copy").nth(1).click()
    copied = await builder.evaluate("navigator.clipboard.readText()")

    assert re.fullmatch(
        r'<script async src="[^"]+/widget.js" data-form="contact" data-title="[^"]+"></script>',
        copied,
    )


@pytest.fixture
def conditional(shop: Shop, make_inbox: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a form that asks for an order number only who writes about an order."""
    monkeypatch.setattr(stamp, "LEAST", stamp.timedelta(0))
    email = {"name": "email", "label": "E-mail", "kind": "email", "required": True}
    topic = {"name": "topic", "label": "Topic", "kind": "choice", "options": ["Order", "Other"]}
    order = {"name": "order", "label": "Order number", "required": True, "shown_if": "topic"}
    make_inbox(
        "form", "contact", consent="I agree to be answered.",
        fields=[email | {"maps_to": "email"}, topic, order | {"shown_value": "Order"},
                {"name": "photo", "label": "Photo", "kind": "file"}],
    )  # fmt: skip
    return f"{shop.chat}/forms/contact"


def arrivals(shop: Shop) -> list[bytes]:
    return [a.raw for a in shop.services.database.look(lambda s: s.exec(select(Arrival)).all())]


async def test_what_depends_on_an_answer_comes_and_goes(
    conditional: str, context: BrowserContext, shop: Shop
) -> None:
    page = await context.new_page()
    await page.set_viewport_size(PHONE)
    await page.goto(conditional)
    order = page.get_by_label("Order number")
    await expect(order).to_be_hidden()
    await page.get_by_label("E-mail").fill("ana@example.com")
    await page.get_by_label("Topic").select_option("Order")
    await expect(order).to_be_visible()
    await page.get_by_label("I agree").check()
    await page.get_by_role("button", name="Send").click()
    assert await order.evaluate("field => field.matches(':invalid')")
    await page.get_by_label("Topic").select_option("Other")
    await expect(order).to_be_hidden()
    photo = {"name": "wine.txt", "mimeType": "text/plain", "buffer": b"wine"}
    await page.get_by_label("Photo").set_input_files(photo)
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading", name="Sent")).to_be_visible()
    (raw,) = arrivals(shop)
    assert b"wine.txt" in raw
    assert b"Order number" not in raw


async def test_without_scripts_words_say_when_a_field_counts(
    conditional: str, context: BrowserContext, shop: Shop
) -> None:
    assert context.browser
    plain = await context.browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = await plain.new_page()
    await page.goto(conditional)
    await expect(page.get_by_text("Only if “Topic” is “Order”.")).to_be_visible()
    await page.get_by_label("E-mail").fill("ana@example.com")
    await page.get_by_label("Topic").select_option("Order")
    await page.get_by_label("I agree").check()
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("link", name="Order number")).to_be_visible()
    await page.get_by_label("Order number").fill("1042")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading", name="Sent")).to_be_visible()
    (raw,) = arrivals(shop)
    assert b"1042" in raw
    await plain.close()


async def test_a_page_with_the_form_in_it_goes_where_the_form_leads(
    shop: Shop, context: BrowserContext, make_inbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamp, "LEAST", stamp.timedelta(0))
    make_inbox("form", "contact", redirect=f"{shop.url}/?thanked=1")
    page = await context.new_page()
    await page.goto(f"{shop.url}/?form=contact")
    await page.wait_for_timeout(500)
    form = next(frame for frame in page.frames if "/forms/" in frame.url)
    await form.get_by_label("E-mail").fill("ana@example.com")
    await form.get_by_label("Message").fill("Do you have size 42?")
    await form.get_by_role("button", name="Send").click()
    await page.wait_for_url("**/?thanked=1")
    assert len(arrivals(shop)) == 1
