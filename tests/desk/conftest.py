"""A transaction with the cast in it, on each kind of database."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from inbox.db import Database
from tests.cast import Cast


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)
