"""The product's web side over services of a test, with an owner's browser and a program."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from sqlmodel import Session

from inbox.channels.api import ApiSettings
from inbox.channels.api.signing import HEADER, signature
from inbox.desk import agents, first_run, inboxes, passwords, tokens
from inbox.desk.inboxes import NewInbox
from inbox.events import SYSTEM
from inbox.services import Services
from inbox.web.server import make_app
from inbox.web.watching import WATCHING, Watching

PASSWORD = "correct horse battery"
SECRET = "wave"
EMAIL = "olga@example.org"


@dataclass(frozen=True, slots=True)
class Site:
    """`browser` is signed in as the owner; `inbox_id` is of an inbox that `token` may write to."""

    browser: Any
    watching: Watching
    token: str
    inbox_id: str

    async def page(self, path: str) -> tuple[int, str]:
        answer = await self.browser.get(path)
        return answer.status, await answer.text()

    async def call(self, text: str) -> Any:
        """The inbox's hook, as a provider does; the answer."""
        body = orjson.dumps({"external_id": text[:40], "sender": {"value": "mia"}, "text": text})
        headers = {HEADER: signature(SECRET, body)}
        return await self.browser.post(f"/hooks/{self.inbox_id}", data=body, headers=headers)

    async def hand_in(self, text: str) -> Any:
        """As a program does; the answer."""
        body = {
            "external_id": text[:40],
            "sender": {"value": "emma"},
            "thread": "emma",
            "text": text,
        }
        path = f"/api/v1/inboxes/{self.inbox_id}/arrivals"
        return await self.browser.post(
            path, json=body, headers={"Authorization": f"Bearer {self.token}"}
        )


@asynccontextmanager
async def open_site(services: Services) -> AsyncIterator[Site]:
    """On a database that has nobody in it yet."""
    owner = agents.NewAgent(
        name="Olga", email=EMAIL, password_hash=passwords.make_hash(PASSWORD), role=agents.OWNER
    )

    def work(session: Session) -> tuple[str, str]:
        first_run.begin(session, "Acme", owner)
        new = NewInbox(name="Program", kind="api", settings=ApiSettings(secret=SecretStr(SECRET)))
        inbox = inboxes.create(session, new, vault=services.vault, by=SYSTEM)
        _row, token = tokens.create(session, "program", ["read", "write"], by=SYSTEM)
        return token, inbox.id

    token, inbox_id = await services.database.write(work)
    app = make_app(services)
    async with TestClient(TestServer(app)) as browser:
        login = {"email": EMAIL, "password": PASSWORD}
        answer = await browser.post("/sign-in", data=login, allow_redirects=False)
        assert answer.status == 303
        yield Site(browser, app[WATCHING], token, inbox_id)
