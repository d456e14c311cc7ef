"""What a site can ask of its script: who the visitor is, the corner, a form, and no storage."""

import asyncio
from datetime import timedelta
from typing import Any

import jwt
import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlmodel import select

from inbox import clock
from inbox.model import Arrival, Contact, Identity, Inbox
from inbox.web.webforms import stamp
from tests.browser.shop import Shop, chat_frame, open_chat, write
from tests.servers import browser

pytestmark = pytest.mark.browser

SECRET = "a-secret-of-the-shop-of-forty-characters"
ANA = {"sub": "customer-42", "email": "ana@example.com", "name": "Ana Petrović"}
PETAR = {"sub": "customer-43", "name": "Petar Ilić"}


@pytest.fixture
def signing(shop: Shop) -> Shop:
    """A shop that has an identity secret."""

    def work(session: Any) -> None:
        inbox = session.get(Inbox, shop.inbox.id)
        inbox.secrets = shop.services.vault.encrypt({"identity_secret": SECRET})
        inbox.version += 1

    shop.services.database.run(work)
    shop.inbox = shop.services.database.look(lambda session: session.get(Inbox, shop.inbox.id))
    return shop


async def identify(page: Page, person: dict[str, str], secret: str = SECRET) -> None:
    """As the site's own script does with what its server has signed."""
    claims = {**person, "exp": clock.now() + timedelta(minutes=5)}
    token = jwt.encode(claims, secret, algorithm="HS256")
    await page.wait_for_function("window.InboxChat !== undefined")
    await page.evaluate("token => InboxChat.identify({ token })", token)


def known(shop: Shop) -> set[tuple[str, str, bool]]:
    found = shop.services.database.look(lambda s: s.exec(select(Identity)).all())
    return {(i.kind, i.value, bool(i.verified_at)) for i in found if i.kind != "visitor"}


async def test_who_is_signed_in_to_the_site_is_known_and_finds_his_chat_on_every_device(
    signing: Shop, context: BrowserContext
) -> None:
    page = await context.new_page()
    frame = await open_chat(page, signing.url)
    await write(frame, "Before I signed in")
    await signing.take_in()
    await identify(page, ANA)
    await write(frame, "After it")
    await signing.take_in(2)

    assert known(signing) == {
        ("external", "customer-42", True),
        ("email", "ana@example.com", True),
    }
    assert context.browser
    phone = await (await context.browser.new_context(locale="en-GB")).new_page()
    await phone.goto(signing.url)
    await identify(phone, ANA)
    await phone.evaluate("InboxChat.open()")
    elsewhere = await chat_frame(phone)
    await expect(elsewhere.get_by_text("Before I signed in")).to_be_visible()
    await expect(elsewhere.get_by_text("After it")).to_be_visible()


async def test_the_next_person_at_the_machine_sees_nothing_of_the_one_before(
    signing: Shop, context: BrowserContext
) -> None:
    page = await context.new_page()
    await page.goto(signing.url)
    await identify(page, ANA)
    await page.evaluate("InboxChat.open()")
    await write(await chat_frame(page), "My secret order")
    await signing.take_in()
    await page.reload()
    await identify(page, PETAR)
    await page.evaluate("InboxChat.open()")
    frame = await chat_frame(page)
    await write(frame, "Hello from Petar")
    await signing.take_in(2)

    await expect(frame.get_by_text("Sent", exact=False)).to_be_visible()
    await expect(frame.get_by_text("My secret order")).to_have_count(0)
    people = signing.services.database.look(lambda s: [c.name for c in s.exec(select(Contact))])
    assert sorted(people) == ["Ana Petrović", "Petar Ilić"]


async def test_after_signing_out_nothing_is_left_in_the_browser(
    signing: Shop, context: BrowserContext
) -> None:
    page = await context.new_page()
    frame = await open_chat(page, signing.url)
    await write(frame, "My secret order")
    await signing.take_in()
    await page.evaluate("InboxChat.forget()")
    assert await page.evaluate("localStorage.length") == 0
    async with asyncio.timeout(10):
        while not frame.is_detached():
            await asyncio.sleep(0.05)
    await page.evaluate("InboxChat.open()")
    fresh = await chat_frame(page)
    await expect(fresh.get_by_role("textbox")).to_be_focused()
    await expect(fresh.get_by_text("My secret order")).to_have_count(0)


async def test_a_false_proof_makes_nobody_mute_and_is_named_to_the_developer(
    signing: Shop, context: BrowserContext
) -> None:
    page = await context.new_page()
    said = browser.collect_errors(page)
    frame = await open_chat(page, signing.url)
    await identify(page, ANA, secret="not-the-secret-of-the-shop-but-as-long..")
    await write(frame, "Hello")
    await signing.take_in()

    assert known(signing) == set()
    assert any("InboxChat.identify: The identity token is not valid" in line for line in said)


@pytest.mark.parametrize(("position", "side"), [("start", "left"), ("end", "right")])
async def test_the_launcher_and_the_chat_stand_in_the_corner_asked_for(
    shop: Shop, context: BrowserContext, position: str, side: str
) -> None:
    page = await context.new_page()
    await page.goto(f"{shop.url}/?position={position}")
    await page.wait_for_function("window.InboxChat !== undefined")
    x = 48 if side == "left" else 1000 - 48
    await page.mouse.click(x, 760 - 48)
    frame = await chat_frame(page)
    await expect(frame.get_by_role("textbox")).to_be_focused()
    box = await (await frame.frame_element()).bounding_box()
    assert box
    assert (box["x"] < 500) == (side == "left")


async def test_a_page_without_storage_has_a_chat_without_a_memory(
    shop: Shop, context: BrowserContext
) -> None:
    page = await context.new_page()
    errors = browser.collect_errors(page)
    await page.add_init_script(
        "Object.defineProperty(window, 'localStorage',"
        " { get() { throw new DOMException('denied', 'SecurityError') } })"
    )
    frame = await open_chat(page, shop.url)
    await write(frame, "First")
    await shop.take_in()
    shop.answer("An answer")
    await expect(frame.get_by_text("An answer")).to_be_visible()
    await write(frame, "Second")
    await shop.take_in(2)
    await page.reload()
    fresh = await open_chat(page, shop.url)
    await expect(fresh.get_by_role("textbox")).to_be_focused()
    await expect(fresh.get_by_text("First")).to_have_count(0)
    assert errors == []


async def test_a_form_stands_where_its_script_does_and_is_as_high_as_what_it_shows(
    shop: Shop,
    context: BrowserContext,
    make_inbox: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stamp, "LEAST", timedelta(0))
    make_inbox("form", "contact", title="Write to us")
    page = await context.new_page()
    errors = browser.collect_errors(page)
    await page.goto(f"{shop.url}/?form=contact&title=Contact")
    form = await form_frame(page)
    await expect(form.get_by_role("heading", name="Write to us")).to_be_visible()
    await expect_no_scrollbar(form)
    below = await page.get_by_text("Below").bounding_box()
    box = await box_of(form)
    assert below
    assert below["y"] >= box["y"] + box["height"]

    await form.get_by_label("E-mail").fill("ana@example.com")
    await form.get_by_label("Message").fill("Do you have size 42?")
    await form.get_by_role("button", name="Send").click()
    await expect(form.get_by_role("heading", name="Sent")).to_be_visible()
    await expect_no_scrollbar(form)
    assert (await box_of(form))["height"] < box["height"]
    assert len(shop.services.database.look(lambda s: s.exec(select(Arrival)).all())) == 1
    assert errors == []


async def form_frame(page: Page) -> Any:
    async with asyncio.timeout(15):
        while len(page.frames) < 2 or "/forms/" not in page.frames[1].url:
            await asyncio.sleep(0.05)
    return page.frames[1]


async def box_of(frame: Any) -> Any:
    box = await (await frame.frame_element()).bounding_box()
    assert box
    return box


async def expect_no_scrollbar(form: Any) -> None:
    """Once the page around has heard the height."""
    await form.wait_for_function(
        "Math.abs(document.body.getBoundingClientRect().height - innerHeight) <= 1"
    )
