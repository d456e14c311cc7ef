"""What an agent does in the browser, by what stands on the page."""

import re

from playwright.async_api import Locator, Page, expect

from inbox import seed

PATIENCE = 20_000


async def sign_in(page: Page, url: str, view: str = "/views/mine") -> None:
    """As the owner; ends on a list that gets its news by the socket."""
    await page.goto(f"{url}/sign-in")
    await page.get_by_label("E-mail address").fill(seed.OWNER_EMAIL)
    await page.get_by_label("Password").fill(seed.PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/views/**")
    await page.goto(f"{url}{view}")


async def open_from_list(page: Page, text: str) -> Locator:
    """Waits until a row with this text comes by itself; its message's bubble."""
    row = page.locator(".row", has_text=text)
    await row.wait_for(timeout=PATIENCE)
    await row.locator(".row-link").click()
    bubble = page.locator("#messages .message", has_text=text)
    await expect(bubble).to_have_count(1, timeout=PATIENCE)
    return bubble


async def answer(page: Page, text: str) -> Locator:
    """The message as the page shows it, which changes as it is delivered."""
    await page.locator('textarea[data-mode="reply"]').fill(text)
    await page.locator('#composer button[data-kind="primary"][type="submit"]').click()
    return page.locator('#messages .message[data-direction="outgoing"]', has_text=text)


async def expect_delivered(message: Locator) -> None:
    """Shown exactly once, and as what has left the house."""
    left = re.compile("^(sent|delivered|read)$")
    await expect(message).to_have_attribute("data-state", left, timeout=PATIENCE)
