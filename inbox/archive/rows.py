"""Rows as lines of JSON and back, in an order that foreign keys allow."""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO

import orjson
import sqlalchemy as sa
from sqlmodel import SQLModel

from inbox.errors import Invalid
from inbox.model.base import UtcDateTime

Row = dict[str, Any]

BATCH = 500
# of one installation, or made anew from the rest
LEFT_OUT = {"lease", "throttle", "remembered_answer", "search_document"}
# whoever reads an export must not be able to sign in with it
SECRET_TABLES = {"api_token", "session"}
SECRET_COLUMNS = {
    ("agent", "password_hash"),
    ("inbox", "secrets"),
    ("inbox", "tokens"),
    ("webhook", "secret"),
    ("webhook", "previous_secret"),
}


def tables(*, with_secrets: bool) -> list[sa.Table]:
    """Each after those that it refers to."""
    out = LEFT_OUT if with_secrets else LEFT_OUT | SECRET_TABLES
    return [table for table in SQLModel.metadata.sorted_tables if table.name not in out]


def read(connection: sa.Connection, table: sa.Table, *, with_secrets: bool) -> Iterator[Row]:
    """Of a whole table, in the order of its key, without holding it in memory."""
    query = sa.select(table).order_by(*table.primary_key.columns)
    found = connection.execution_options(yield_per=BATCH).execute(query)
    for row in found.mappings():
        yield {
            column.name: _hidden(column)
            if not with_secrets and (table.name, column.name) in SECRET_COLUMNS
            else row[column.name]
            for column in table.columns
        }


def write_lines(file: BinaryIO, table: sa.Table, found: Iterable[Row]) -> int:
    """How many lines."""
    count = 0
    binary = [c.name for c in table.columns if isinstance(c.type, sa.LargeBinary)]
    for row in found:
        for name in binary:
            if row[name] is not None:
                row[name] = base64.b64encode(row[name]).decode()
        file.write(orjson.dumps(row, default=str) + b"\n")
        count += 1
    return count


def read_lines(file: Iterable[bytes], table: sa.Table) -> Iterator[Row]:
    """Raises Invalid, naming the line, for what is no row of this table."""
    convert = _conversions(table)
    for number, line in enumerate(file, 1):
        try:
            row = orjson.loads(line)
            yield {name: convert[name](value) for name, value in row.items()}
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise Invalid(
                f"{table.name}.jsonl, line {number} can't be read: {error!r}. The file was changed"
                " or cut; export it again."
            ) from None


class Loader:
    """Puts rows into empty tables; references to rows that come later are set at the end."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self._later: list[tuple[sa.Table, str, str, str]] = []

    def load(self, table: sa.Table, found: Iterable[Row]) -> int:
        """How many rows."""
        selfish = [
            column.name
            for column in table.columns
            if any(key.column.table is table for key in column.foreign_keys)
        ]
        count, batch = 0, []
        for row in found:
            for name in selfish:
                if row.get(name):
                    self._later.append((table, row["id"], name, row[name]))
                    row[name] = None
            if table.name == "message":
                row["indexed"] = False
            if table.name == "event":
                row.pop("transaction_id", None)  # the database's own
            batch.append(row)
            count += 1
            if len(batch) == BATCH:
                self.connection.execute(table.insert(), batch)
                batch = []
        if batch:
            self.connection.execute(table.insert(), batch)
        return count

    def finish(self) -> None:
        for table, row_id, column, value in self._later:
            self.connection.execute(
                table.update().where(table.c.id == row_id).values({column: value, **_same(table)})
            )
        if self.connection.dialect.name == "postgresql":
            self._count_on()

    def _count_on(self) -> None:
        """Numbers drawn from now on come after those that were loaded."""
        for sequence, table, column in (
            ("'conversation_number'", "conversation", "number"),
            ("pg_get_serial_sequence('event', 'seq')", "event", "seq"),
        ):
            highest = f"(SELECT max({column}) FROM {table})"  # noqa: S608  names of our own
            self.connection.execute(
                sa.text(f"SELECT setval({sequence}, coalesce({highest}, 1), {highest} IS NOT NULL)")
            )


def is_empty(connection: sa.Connection) -> bool:
    """Whether nobody has begun to use it."""
    agent = SQLModel.metadata.tables["agent"]
    return connection.execute(sa.select(agent.c.id).limit(1)).first() is None


def clear(connection: sa.Connection) -> None:
    """Every row of every table, children first."""
    for table in reversed(SQLModel.metadata.sorted_tables):
        for column in table.columns:
            if column.nullable and any(key.column.table is table for key in column.foreign_keys):
                connection.execute(table.update().values({column.name: None}))
        connection.execute(table.delete())
    if connection.dialect.name == "sqlite":
        connection.execute(sa.text("INSERT INTO search_index(search_index) VALUES('delete-all')"))


def digests(connection: sa.Connection) -> Iterator[str]:
    """Of every file that a row points at."""
    attachment, arrival = (SQLModel.metadata.tables[name] for name in ("attachment", "arrival"))
    query = sa.union(sa.select(attachment.c.digest), sa.select(arrival.c.digest))
    found = connection.execution_options(yield_per=BATCH).execute(query)
    yield from (digest for (digest,) in found if digest)


def _same(table: sa.Table) -> Mapping[str, Any]:
    """So that finishing does not look like a change."""
    return {"updated_at": table.c.updated_at} if "updated_at" in table.c else {}


def _hidden(column: sa.Column[Any]) -> Any:
    return b"" if isinstance(column.type, sa.LargeBinary) else ""


def _conversions(table: sa.Table) -> Mapping[str, Callable[[Any], Any]]:
    """KeyError for a column that this version does not know."""
    return {column.name: _conversion(column.type) for column in table.columns}


def _conversion(kind: Any) -> Callable[[Any], Any]:
    if isinstance(kind, UtcDateTime):
        return lambda value: value and datetime.fromisoformat(value)
    if isinstance(kind, sa.LargeBinary):
        return lambda value: value if value is None else base64.b64decode(value)
    return lambda value: value
