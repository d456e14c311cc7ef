"""A page of somebody else on another origin, with our chat or form on it, in a real browser."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import BrowserContext, FrameLocator, Page, async_playwright, expect
from sqlmodel import select

from inbox.desk import proactive
from inbox.desk.proactive import Said
from inbox.events import SYSTEM
from inbox.model import Arrival, Delivery, Inbox
from inbox.services import Services
from inbox.web import keys
from inbox.web.render import STATIC
from inbox.web.server import make_app
from tests.servers import browser
from tests.web.webchat_desk import answer, take_in

expect.set_options(timeout=15_000)  # milliseconds; the build machine has two cores

HOSTILE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>
<link rel="stylesheet" href="/hostile.css"><h1>Shop</h1><button>Buy</button>
<script async src="{chat}{script}" {extra}></script><p>Below</p></html>"""
CSS = """*{all:unset!important;color:red!important}button{display:none!important}
iframe{display:none!important}inbox-chat{display:none!important;opacity:.1}div{position:static!important}"""
POLICY = (
    "default-src 'none'; style-src 'self'; script-src {chat}; frame-src {chat};"
    " require-trusted-types-for 'script'"
)


MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


class Shop:
    """A page of somebody else on another origin, and the chat that stands on it."""

    def __init__(self, chat: str, url: str, app: web.Application, inbox: Inbox) -> None:
        self.chat = chat
        self.url = url
        self.app = app
        self.services = app[keys.SERVICES]
        self.inbox = inbox

    def arrivals(self) -> int:
        return len(self.services.database.look(lambda s: s.exec(select(Arrival)).all()))

    async def take_in(self, count: int = 1) -> None:
        """Once that many arrivals are there."""
        async with asyncio.timeout(10):
            while self.arrivals() < count:
                await asyncio.sleep(0.05)
        take_in(self.services, self.inbox)

    def states(self) -> list[str]:
        """Of what was sent to the visitor."""
        return self.services.database.look(
            lambda s: [delivery.state for delivery in s.exec(select(Delivery))]
        )

    def answer(self, text: str) -> None:
        answer(self.services, text)

    def change(self, **settings: Any) -> None:
        """As an administrator saves them."""

        def work(session: Any) -> None:
            inbox = session.get(Inbox, self.inbox.id)
            inbox.settings = {**inbox.settings, **settings}
            inbox.version += 1

        self.services.database.run(work)
        self.inbox = self.services.database.look(lambda s: s.get(Inbox, self.inbox.id))

    def say_first(self, text: str, **more: Any) -> str:
        """A proactive message, at once and on every page unless told otherwise."""
        said = Said(text=text, **{"seconds": 0, **more})
        return self.services.database.run(
            lambda s: proactive.create(s, self.inbox.id, said, by=SYSTEM).id
        )


@pytest.fixture
async def shop(services: Services, make_inbox: Callable[..., Inbox]) -> AsyncIterator[Shop]:
    if not (STATIC / "manifest.json").exists():
        pytest.fail("the browser assets are not built; run make setup")
    inbox = make_inbox(title="Acme", welcome="Hello! How can we help?")
    app = make_app(services)
    async with TestServer(app) as server:
        chat = f"http://127.0.0.1:{server.port}"
        async with TestServer(_host_page(chat, inbox.id)) as page:
            yield Shop(chat, f"http://localhost:{page.port}", app, inbox)


def _host_page(chat: str, inbox_id: str) -> web.Application:
    async def show(request: web.Request) -> web.Response:
        extra = "" if "form" in request.query else f' data-inbox="{inbox_id}"'
        extra += "".join(f' data-{name}="{value}"' for name, value in request.query.items())
        is_own = "own" in request.query  # the script with the settings of the inbox in it
        script = f"/widget/{inbox_id}/loader.js" if is_own else "/widget.js"
        return web.Response(
            text=HOSTILE.format(chat=chat, script=script, extra="" if is_own else extra),
            content_type="text/html",
            headers={"Content-Security-Policy": POLICY.format(chat=chat)},
        )

    async def style(_: web.Request) -> web.Response:
        return web.Response(text=CSS, content_type="text/css")

    app = web.Application()
    pages = [web.get(path, show) for path in ("/", "/pricing")]
    app.add_routes([*pages, web.get("/hostile.css", style)])
    return app


@pytest.fixture
async def context() -> AsyncIterator[BrowserContext]:
    browser.need_chromium()
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=browser.CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", *MICROPHONE],
        )
        yield await chromium.new_context(
            reduced_motion="reduce", locale="en-GB", viewport={"width": 1000, "height": 760}
        )
        await chromium.close()


async def open_chat(page: Page, url: str) -> FrameLocator:
    """By the launcher, which a closed root hides from locators: by its place and the keyboard."""
    await page.goto(url)
    await page.wait_for_function("window.InboxChat !== undefined")
    size = page.viewport_size
    assert size
    await page.mouse.click(size["width"] - 48, size["height"] - 48)
    return await chat_frame(page)


async def chat_frame(page: Page) -> Any:
    async with asyncio.timeout(10):
        while len(page.frames) < 2 or "/widget/" not in page.frames[1].url:
            await asyncio.sleep(0.05)
    return page.frames[1]


async def write(frame: Any, text: str) -> None:
    field = frame.get_by_role("textbox")
    await field.fill(text)
    await field.press("Enter")
