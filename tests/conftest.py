"""What any test may ask for; the servers behind it are in tests/servers."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from playwright.async_api import Page

from inbox import i18n
from inbox.db import Database
from tests.servers import browser, postgres, valkey

# a machine that is busy with other things is no reason to fail
hypothesis.settings.register_profile("inbox", deadline=None)
hypothesis.settings.load_profile("inbox")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty file to copy, which is faster than to migrate each time."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    database = Database(f"sqlite:///{path}")
    database.create()
    database.engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated database of this test process alone."""
    with postgres.database(tmp_path_factory.mktemp("server")) as address:
        database = Database(postgres.sqlalchemy_url(address))
        database.create()
        database.engine.dispose()
        yield address


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with valkey.server(tmp_path_factory.mktemp("valkey")) as address:
        yield address


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """An empty SQLite database of this test alone."""
    path = tmp_path / "inbox.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_address: str) -> Iterator[str]:
    """An empty PostgreSQL database until the test ends."""
    yield postgres.sqlalchemy_url(postgres_address)
    postgres.clean(postgres_address)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """On each of the two databases in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Without any table yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    with postgres.database(tmp_path) as address:
        yield postgres.sqlalchemy_url(address)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Empty, with the newest schema; a test that asks for it runs on both kinds."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A browser's page; the test fails if an error reaches its console."""
    async with browser.page() as opened:
        yield opened


@pytest.fixture
def compiled_catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The translations as their sources are now, not as they were when Inbox was installed."""
    for source in i18n.FOLDER.glob("*/LC_MESSAGES/*.po"):
        compiled = tmp_path / "locale" / source.relative_to(i18n.FOLDER).with_suffix(".mo")
        compiled.parent.mkdir(parents=True)
        with source.open("rb") as file, compiled.open("wb") as target:
            write_mo(target, read_po(file))
    monkeypatch.setattr(i18n, "FOLDER", tmp_path / "locale")
    i18n._catalogue.cache_clear()
    yield
    i18n._catalogue.cache_clear()
