"""The migrations, the model and the two databases agree."""

import subprocess
import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from inbox.db import Database
from inbox.migrations.beyond_the_model import is_of_the_model

START = "import sys; from inbox.db import Database; Database(sys.argv[1]).create()"


def test_migrations_from_empty_give_exactly_the_model(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": is_of_the_model, "compare_type": True}
        )
        differences = compare_metadata(context, SQLModel.metadata)

    assert differences == [], "run `make migration`"


def test_two_processes_may_start_on_an_empty_database_at_once(empty_database_url: str) -> None:
    command = [sys.executable, "-c", START, empty_database_url]
    starting = [subprocess.Popen(command) for _ in range(2)]

    assert [process.wait(timeout=60) for process in starting] == [0, 0]
