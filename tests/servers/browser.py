"""A page of a real Chromium that remembers what went wrong in it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Frame, Page, async_playwright

CHROMIUM = Path("/usr/bin/chromium")


@asynccontextmanager
async def page() -> AsyncIterator[Page]:
    """Fails when left if the browser reported an error on its console or in a script."""
    need_chromium()
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        context = await chromium.new_context(reduced_motion="reduce", locale="en-GB")
        opened = await context.new_page()
        errors = collect_errors(opened)
        yield opened
        await chromium.close()
    assert errors == [], "the browser's console has errors"


def need_chromium() -> None:
    if CHROMIUM.exists():
        return
    assert not os.environ.get("CI"), f"the build machine must have {CHROMIUM}"
    pytest.skip(f"there is no {CHROMIUM} here; install the package chromium")


def collect_errors(page: Page) -> list[str]:
    """The list grows while the page is open; a test may clear what it provoked on purpose."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda said: errors.append(f"{page.url}: {said.text}") if said.type == "error" else None,
    )
    return errors


async def barriers(page: Page | Frame, **options: Any) -> list[str]:
    """What axe finds that would keep somebody out, one line each; a good page has none."""
    found = await Axe().run(page, options={"resultTypes": ["violations"], **options})
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]
