"""A transaction with the cast in it, on each kind of database."""

from tests.desk.conftest import cast, session

__all__ = ["cast", "session"]
