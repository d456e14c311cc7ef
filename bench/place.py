"""A workspace of its own in a temporary folder: an owner, an inbox, a token."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from inbox import services as composition
from inbox.channels.api import ApiSettings
from inbox.channels.base import ChannelSettings
from inbox.db import Session
from inbox.desk import agents, first_run, inboxes, passwords, tokens
from inbox.desk.inboxes import NewInbox
from inbox.events import SYSTEM
from inbox.services import Services
from inbox.settings import Settings

EMAIL = "owner@example.org"
PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Place:
    folder: Path
    inbox_id: str
    secret: str
    database_url: str = ""
    redis_url: str = ""

    @property
    def database(self) -> Path:
        return self.folder / "inbox.sqlite3"

    @property
    def settings(self) -> Settings:
        return _settings(self.folder, self.database_url, self.redis_url)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "INBOX_DATA_DIR": str(self.folder),
            "INBOX_DATABASE_URL": self.database_url,
            "INBOX_REDIS_URL": self.redis_url,
        }

    @property
    def arrivals(self) -> str:
        return f"/api/v1/inboxes/{self.inbox_id}/arrivals"

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}


async def make(
    folder: Path,
    kind: str = "api",
    settings: ChannelSettings | None = None,
    *,
    database_url: str = "",
    redis_url: str = "",
) -> Place:
    services = composition.build(_settings(folder, database_url, redis_url))
    services.database.create()
    new = NewInbox(
        name="Shop", kind=kind, settings=settings or ApiSettings(secret=SecretStr("wave"))
    )
    owner = agents.NewAgent(
        name="Olga", email=EMAIL, password_hash=passwords.make_hash(PASSWORD), role="owner"
    )

    def begin(session: Session) -> tuple[str, str]:
        first_run.begin(session, "Acme", owner)
        made = inboxes.create(session, new, vault=services.vault, by=SYSTEM)
        _, secret = tokens.create(session, "Bench", ["write"], by=SYSTEM)
        return made.id, secret

    inbox_id, secret = services.database.run(begin)
    await services.database.close()
    return Place(folder, inbox_id, secret, database_url, redis_url)


def build(folder: Path) -> Services:
    return composition.build(_settings(folder))


def _settings(folder: Path, database_url: str = "", redis_url: str = "") -> Settings:
    """Whatever the settings of the shell are."""
    return Settings(
        data_dir=folder, database_url=database_url, redis_url=redis_url, files_url="",
        _env_file=None,
    )  # fmt: skip
