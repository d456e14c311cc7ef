"""Services on each kind of database, with one inbox on a channel that only remembers."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from inbox import services as composition
from inbox.channels import registry
from inbox.model import Inbox
from inbox.services import Services
from inbox.settings import Settings
from inbox.testing import FakeChannel


@dataclass
class Desk:
    services: Services
    inbox: Inbox
    channel: FakeChannel


@pytest.fixture
async def desk(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Desk]:
    monkeypatch.setattr(registry, "kinds", lambda: {"fake": FakeChannel})
    settings = Settings(data_dir=tmp_path, database_url=database_url, _env_file=None)
    services = composition.build(settings)
    await services.start()
    inbox = Inbox(name="Fake", kind="fake", slug="fake")
    await services.database.write(lambda s: s.add(inbox))
    channel = services.channels.of(inbox)
    assert isinstance(channel, FakeChannel)
    yield Desk(services, inbox, channel)
    await services.close()
