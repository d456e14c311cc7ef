"""Which errors mean that database or disk take nothing, whoever meets them."""

import errno

from sqlalchemy.exc import DBAPIError

from inbox.errors import Unavailable

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
# of SQLite: busy, locked, read-only, I/O error, full, can't open
SQLITE = {5, 6, 8, 10, 13, 14}
# of PostgreSQL: connection, resources (the disk among them), shutting down, I/O error
POSTGRES = ("08", "53", "57P", "58")


class NotStored(Unavailable):
    """The database could not store this. Try again."""


def is_trouble(error: BaseException) -> bool:
    """Whether it passes by itself once there is room, or a connection, again."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _is_down(error.orig)
    if isinstance(error, OSError):
        return error.errno in FULL
    cause = error.__cause__
    return isinstance(error, NotStored) or (
        isinstance(error, Unavailable) and cause is not None and is_trouble(cause)
    )


def _is_down(error: BaseException | None) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in SQLITE
    state = getattr(error, "sqlstate", None)
    if state is None:  # psycopg could not reach it at all
        names = {(kind.__module__, kind.__name__) for kind in type(error).__mro__}
        return ("psycopg", "OperationalError") in names
    return str(state).startswith(POSTGRES)
