"""An application with the widget alone, on a real database, and an inbox of web chat in it."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from inbox import services as composition
from inbox.model import Inbox
from inbox.services import Services
from inbox.settings import Settings
from inbox.web import keys, webforms, widget
from inbox.web.middlewares import errors_shown, identified

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def services(tmp_path: Any) -> AsyncIterator[Services]:
    settings = Settings(data_dir=tmp_path, secret_key="k" * 40)
    built = composition.build(settings)
    built.database.create()
    await built.start()
    yield built
    await built.close()


def chat_app(services: Services) -> web.Application:
    app = web.Application(middlewares=[identified, errors_shown])
    app[keys.SERVICES] = services
    for route in [*widget.ROUTES, *webforms.ROUTES]:
        app.router.add_route(route.method, route.path, route.handler)
    widget.prepare(app)
    return app


@pytest.fixture
async def client(services: Services) -> AsyncIterator[Client]:
    async with TestClient(TestServer(chat_app(services))) as made:
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
