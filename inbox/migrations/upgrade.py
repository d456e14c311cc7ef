"""Brings a database to the newest schema, though several processes start at once."""

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

LOCK = 0x1B0C  # any number that only we ask for


def upgrade(engine: sa.Engine) -> None:
    """All or nothing: one transaction, and whoever comes second waits and finds it done.

    On SQLite the engine of inbox.db begins with BEGIN IMMEDIATE, which is the lock.
    """
    config = Config()
    config.set_main_option("script_location", "inbox:migrations")
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
