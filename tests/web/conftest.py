"""A whole application on a loopback port, with an owner and browsers to use it with."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from inbox import services as composition
from inbox.desk import agents, first_run, passwords
from inbox.events import SYSTEM
from inbox.services import Services
from inbox.settings import Settings
from inbox.web.server import make_app

PASSWORD = "correct horse battery"
PASSWORD_HASH = passwords.make_hash(PASSWORD)

Browser = TestClient[web.Request, web.Application]


@pytest.fixture
async def services(sqlite_url, tmp_path) -> AsyncIterator[Services]:
    made = composition.build(Settings(data_dir=tmp_path, database_url=sqlite_url, _env_file=None))
    await made.start()
    yield made
    await made.close()


@pytest.fixture
async def open_browser(services) -> AsyncIterator[Callable[[], Awaitable[Browser]]]:
    """Makes browsers, each with cookies of its own, that don't follow redirects by themselves."""
    server = TestServer(make_app(services))
    await server.start_server()
    opened: list[Browser] = []

    async def open_one() -> Browser:
        client = TestClient(server)
        opened.append(client)
        return client

    yield open_one
    for client in opened:
        await client.close()
    await server.close()


@pytest.fixture
def owner(services):
    new = agents.NewAgent(
        name="Olga Owner", email="olga@example.org", password_hash=PASSWORD_HASH, role="owner"
    )
    agent, services.workspace = services.database.run(lambda s: first_run.begin(s, "Acme", new))
    return agent


@pytest.fixture
def ana(services, owner):
    """An agent who may answer and nothing else."""
    new = agents.NewAgent(name="Ana", email="ana@example.org", password_hash=PASSWORD_HASH)
    return services.database.run(lambda s: agents.create(s, new, by=SYSTEM))


@pytest.fixture
async def signed_in(open_browser):
    """Makes a browser in which this agent is signed in."""

    async def make(agent) -> Browser:
        client = await open_browser()
        answer = await client.post(
            "/sign-in",
            data={"email": agent.email, "password": PASSWORD},
            allow_redirects=False,
        )
        assert answer.status == 303
        return client

    return make
