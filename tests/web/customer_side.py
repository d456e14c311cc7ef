"""The customer's browser and the inboxes that it writes to, as fixtures for several test files."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from inbox.model import Inbox
from inbox.services import Services
from inbox.web.server import make_app

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client(services: Services) -> AsyncIterator[Client]:
    async with TestClient(TestServer(make_app(services))) as made:
        yield made


@pytest.fixture
def make_inbox(services: Services) -> Callable[..., Inbox]:
    def make(kind: str = "webchat", slug: str = "shop", **settings: Any) -> Inbox:
        inbox = Inbox(name=f"Shop {slug}", kind=kind, slug=slug, settings=settings)
        services.database.run(lambda session: session.add(inbox))
        return inbox

    return make


@pytest.fixture
def inbox(make_inbox: Callable[..., Inbox]) -> Inbox:
    return make_inbox()


@pytest.fixture
async def token(client: Client, inbox: Inbox) -> str:
    answer = await client.post(f"/widget/{inbox.id}/visitors")
    return str((await answer.json())["token"])
