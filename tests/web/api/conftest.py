"""Programs that call the application with tokens, and an inbox for what they hand in."""

import pytest
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from inbox import services as composition
from inbox.channels.api import ApiSettings
from inbox.desk import agents, first_run, inboxes, tokens
from inbox.desk.inboxes import NewInbox
from inbox.events import SYSTEM
from inbox.settings import Settings
from inbox.web.server import make_app


@pytest.fixture
async def services(tmp_path, database_url):
    settings = Settings(
        data_dir=tmp_path,
        database_url=database_url,
        public_url="https://inbox.example.org",
        _env_file=None,
    )
    made = composition.build(settings)
    await made.start()
    yield made
    await made.close()


@pytest.fixture
async def server(services):
    started = TestServer(make_app(services))
    await started.start_server()
    yield started
    await started.close()


@pytest.fixture
async def program(server, services):
    """Makes clients that hold a token of these scopes."""
    opened = []

    async def make(*scopes, **limits):
        _, secret = services.database.run(
            lambda s: tokens.create(s, "Shop", scopes or ("admin",), by=SYSTEM, **limits)
        )
        client = TestClient(server, headers={"Authorization": f"Bearer {secret}"})
        opened.append(client)
        return client

    yield make
    for client in opened:
        await client.close()


@pytest.fixture
def inbox(services):
    new = NewInbox(name="Shop", kind="api", settings=ApiSettings(secret=SecretStr("wave")))
    return services.database.run(lambda s: inboxes.create(s, new, vault=services.vault, by=SYSTEM))


@pytest.fixture
def owner(services):
    new = agents.NewAgent(name="Olga", email="olga@example.org", password_hash="", role="owner")
    agent, services.workspace = services.database.run(lambda s: first_run.begin(s, "Acme", new))
    return agent


@pytest.fixture
def ana(services, owner):
    """An agent who may answer and nothing else."""
    new = agents.NewAgent(name="Ana Anić", email="ana@example.org", password_hash="")
    return services.database.run(lambda s: agents.create(s, new, by=SYSTEM))
