"""Finds a PostgreSQL or starts one, and lends throw-away databases on it.

Asked in this order: INBOX_TEST_POSTGRES_URL, the machine's own server, the wheel `pgserver`.
The role must be a superuser: `clean` switches foreign keys off for its session.
"""

import os
import secrets
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlmodel import SQLModel

LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"
SEQUENCES = ("conversation_number", "event_seq_seq", "search_document_rowid_seq")


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """The address of an empty database; a server started for it keeps its data in `folder`."""
    server = find() or start(folder)
    name = f"inbox_test_{secrets.token_hex(6)}"
    identifier = sql.Identifier(name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
        # what a crash would lose here is lost anyway
        connection.execute(
            sql.SQL("ALTER DATABASE {} SET synchronous_commit=off").format(identifier)
        )
    try:
        yield psycopg.conninfo.make_conninfo(server, dbname=name)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


def find() -> str | None:
    if given := os.environ.get("INBOX_TEST_POSTGRES_URL"):
        return given
    try:
        with psycopg.connect(LOCAL, connect_timeout=2):
            return LOCAL
    except psycopg.OperationalError:
        return None


def start(folder: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says on import where it will keep its sockets
        import pgserver  # noqa: PLC0415  only where there is no server
    address: str = pgserver.get_server(folder / "postgres").get_uri()
    return address


def clean(address: str) -> None:
    """Empty every table in one round trip; for a handful of rows faster than TRUNCATE."""
    statements = ["SET session_replication_role = replica"]
    statements += [f'DELETE FROM "{table}"' for table in SQLModel.metadata.tables]
    statements += [f"ALTER SEQUENCE {sequence} RESTART" for sequence in SEQUENCES]
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("; ".join(statements))


def sqlalchemy_url(address: str) -> str:
    """Of a libpq connection string, which may name a socket's folder as host."""
    parts = psycopg.conninfo.conninfo_to_dict(address)
    host, port = parts.get("host", ""), parts.get("port", "5432")
    login = ":".join(str(parts[key]) for key in ("user", "password") if key in parts)
    return f"postgresql+psycopg://{login}@/{parts['dbname']}?host={host}&port={port}"
