"""What Alembic runs for each of its commands; the application comes by way of `upgrade()`."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from inbox import model
from inbox.migrations.beyond_the_model import is_of_the_model
from inbox.model.base import EnumText, SentenceText, UtcDateTime
from inbox.settings import Settings

assert model  # importing it is what fills the metadata


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        return run_on(connection)
    with sa.create_engine(Settings().sqlalchemy_url).begin() as own:
        return run_on(own)


def run_on(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        include_name=is_of_the_model,
        render_item=render,
    )
    with context.begin_transaction():
        context.run_migrations()


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Our own types as what the database keeps, so that a migration needs none of our code."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, EnumText):
        return "sa.String(length=32)"
    if isinstance(item, SentenceText):
        return "sa.Text()"
    if isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


run()
