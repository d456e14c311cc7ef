"""How SQLite goes about the queries of a unit of work: by an index, or through a whole table."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlmodel import Session

from inbox.db import Database

Statement = tuple[str, object]


def plans(url: str, work: Callable[[Session], object]) -> list[str]:
    """The plan of each query that `work` asks of an empty database, its steps between slashes."""
    database = Database(url)
    asked: list[Statement] = []

    def note(_connection, _cursor, statement, parameters, _context, _many) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    sa.event.listen(database._reading, "before_cursor_execute", note)
    database.look(work)
    sa.event.remove(database._reading, "before_cursor_execute", note)
    with database._reading.connect() as connection:
        found = [
            connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            for statement, parameters in asked
        ]
    database.engine.dispose()
    database._reading.dispose()
    return [" / ".join(str(row[-1]) for row in plan) for plan in found]
