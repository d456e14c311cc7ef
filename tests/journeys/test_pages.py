"""Every page of the agents' inbox: no barrier for anybody, no error, within the budget of bytes."""

import pytest
from playwright.async_api import Page

from inbox.web.render import STATIC
from tests.journeys.product import Product
from tests.servers.browser import barriers

pytestmark = pytest.mark.browser

PAGES = [
    "/views/mine",
    "/views/unassigned",
    "/views/all?status=resolved",
    "/conversations/13",
    "/conversations/7",
    "/conversations/13/rearrangement",
    "/saved-views/new",
    "/reports/volume",
    "/reports/first-response",
    "/reports/agents",
    "/searches?q=parcel",
    "/contacts",
    "/contacts/new",
    "/visitors",
    "/more",
    "/profile",
    "/settings/workspace",
    "/settings/inboxes",
    "/settings/inboxes/new",
    "/settings/agents",
    "/settings/teams",
    "/settings/business-hours",
    "/settings/rules",
    "/settings/rules/new",
    "/conversations/13/why",
    "/settings/macros",
    "/settings/macros/new",
    "/settings/tokens",
    "/settings/webhooks",
    "/settings/webhooks/new",
    "/settings/quarantine",
    "/simulators",
]
SCRIPT_BYTES = 40 * 1024
STYLE_BYTES = 14 * 1024
LOADER_BYTES = 2560


async def test_no_page_has_a_barrier_in_light_or_dark(product: Product, desk: Page) -> None:
    found = []
    await desk.goto(f"{product.url}/contacts")
    somebody = await desk.locator(".table-person").first.get_attribute("href")
    place = f"/settings/inboxes/{product.inboxes['webchat'].id}"
    chat = [place, f"{place}/proactive", f"{place}/proactive/new"]
    for scheme in ("light", "dark"):
        await desk.emulate_media(color_scheme=scheme)
        for path in [*PAGES, somebody, *chat]:
            answer = await desk.goto(f"{product.url}{path}")
            assert answer is not None
            found += [f"{path}: {answer.status}"] if answer.status != 200 else []
            found += [f"{scheme} {path} {line}" for line in await barriers(desk)]

    assert found == []


def test_what_a_page_loads_stays_within_the_budget() -> None:
    compressed = {file.name: file.stat().st_size for file in STATIC.glob("*.br")}

    assert _size(compressed, "app-", ".js.br") <= SCRIPT_BYTES
    assert _size(compressed, "app-style-", ".css.br") <= STYLE_BYTES
    parts = ("widget-frame", "widget-texts")
    assert _size(compressed, "widget-", ".js.br", parts) <= LOADER_BYTES


def _size(sizes: dict[str, int], start: str, end: str, other: tuple[str, ...] = ()) -> int:
    found = [
        size
        for name, size in sizes.items()
        if name.startswith(start) and name.endswith(end) and not name.startswith(other)
    ]
    assert len(found) == 1
    return found[0]
