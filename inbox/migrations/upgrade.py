"""Brings a database to the newest schema, though several processes start at once."""

from pathlib import Path

import sqlalchemy as sa

LOCK = 0x1B0C  # any number that only we ask for
VERSIONS = Path(__file__).parent / "versions"


def upgrade(engine: sa.Engine) -> None:
    """All or nothing: one transaction, and whoever comes second waits and finds it done.

    On SQLite the engine of inbox.db begins with BEGIN IMMEDIATE, which is the lock.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        if revision(connection) != newest():
            _migrate(connection)


def revision(connection: sa.Connection) -> str | None:
    """Where the database stands; None for an empty one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


def newest() -> str:
    """Their files are named by their revisions, in order."""
    return max(file.name for file in VERSIONS.glob("[0-9]*.py")).partition("_")[0]


def _migrate(connection: sa.Connection) -> None:
    from alembic import command  # noqa: PLC0415  10 MB that most starts do without
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "inbox:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
