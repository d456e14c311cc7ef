"""A workspace in use, on SQLite and on PostgreSQL, and empty ones to move it to."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from inbox import seed
from inbox import services as composition
from inbox.services import Services
from inbox.settings import Settings
from inbox.simulators.providers import Ports, Simulators

Open = Callable[..., Awaitable[Services]]


@pytest.fixture
async def open_place(tmp_path: Path) -> AsyncIterator[Open]:
    """Services over a data folder of a name; `url` is another database than its own."""
    opened: list[Services] = []

    async def make(name: str, url: str = "") -> Services:
        settings = Settings(data_dir=tmp_path / name, database_url=url, _env_file=None)
        services = composition.build(settings)
        services.database.create()
        opened.append(services)
        return services

    yield make
    for services in opened:
        await services.close()


@pytest.fixture
async def used(open_place: Open, tmp_path: Path) -> Services:
    services = await open_place("used")
    await seed.seed(
        services, Simulators(tmp_path, "http://127.0.0.1", Ports(smtp=2, imap=1)).inboxes()
    )
    return services


def silent(_what: str) -> None:
    """No progress."""
