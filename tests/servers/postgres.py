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
    return Own(folder).address


class Own:
    """A server of the test alone, which it may stop and start again; its data lie in `folder`."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says on import where it will keep its sockets
            import pgserver  # noqa: PLC0415  only where there is no server
            from pgserver._commands import pg_ctl  # noqa: PLC0415  nothing else stops one
        folder.chmod(0o755)  # it runs as a user of its own, who has to get in
        self._server, self._control = pgserver.get_server(folder / "postgres"), pg_ctl
        self.address: str = self._server.get_uri()

    def stop(self, how: str = "immediate") -> None:
        """ "immediate" is as if it crashed, "fast" as when it is restarted."""
        arguments = ["-w", "-m", how, "stop"]
        self._control(arguments, pgdata=self._server.pgdata, user=self._server.system_user)

    def start(self) -> None:
        self._server.ensure_postgres_running()


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
