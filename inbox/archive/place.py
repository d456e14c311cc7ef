"""Where an archive comes from and goes to: versions, keys, and an empty workspace."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory

from inbox import __version__, clock
from inbox.archive import rows
from inbox.db import Database
from inbox.errors import Conflict, Invalid
from inbox.services import Services

Progress = Callable[[str], None]

FORMAT = 1
DONE = "complete"


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written or read, for people and for scripts."""

    path: str
    rows: int
    files: int
    missing_files: int = 0
    key_included: bool = False


def manifest(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "format": kind,
        "version": FORMAT,
        "inbox": __version__,
        "schema": head(),
        "made_at": clock.now().isoformat(),
        **more,
    }


def check_manifest(found: dict[str, Any], kind: str) -> None:
    """Raises Invalid for what this version can't read."""
    if found.get("format") != kind:
        raise Invalid(f"This is no {kind} but {found.get('format')!r}. Give the path of a {kind}.")
    if found.get("version") != FORMAT or found.get("schema") != head():
        raise Invalid(
            f"This was made by Inbox {found.get('inbox')} (schema {found.get('schema')}), and this"
            f" is {__version__} (schema {head()}). Read it with the version that made it, then"
            " upgrade."
        )


def head() -> str:
    """The newest revision of the schema."""
    config = Config()
    config.set_main_option("script_location", "inbox:migrations")
    return str(ScriptDirectory.from_config(config).get_current_head())


def make_room(database: Database, *, force: bool) -> None:
    """An empty schema; one in use is emptied only by `force`."""
    database.create()
    with database.engine.begin() as connection:
        if rows.is_empty(connection):
            return
        if not force:
            raise Conflict(
                "This workspace is in use already. Choose an empty data folder or database, or give"
                " --force to delete everything that is in it."
            )
        rows.clear(connection)


def key_check(services: Services) -> str:
    """Tells whether two keys are the same, and nothing else about them."""
    return services.vault.sign("archive", "key", 32)


def check_key(services: Services, expected: str) -> None:
    if expected and not hmac.compare_digest(expected, key_check(services)):
        raise Invalid(
            "The credentials in this backup are sealed with another secret key. Set"
            " INBOX_SECRET_KEY to the one that was in use when it was made."
        )


def refuse_existing(path: Path) -> None:
    if path.exists():
        raise Conflict(f"{path} exists already. Give another path, or remove it first.")
