"""On SQLite one process does everything; a second one on the same data folder is refused."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from inbox.errors import Conflict
from inbox.settings import Settings

LOCK = "inbox.lock"


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Held until the end of the process, however it ends; PostgreSQL serves any number."""
    if not settings.is_sqlite:
        yield
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                f"Another Inbox works in the data folder {settings.data_dir}. Stop it first, give"
                " another folder with --data, or use PostgreSQL, which serves many processes."
            ) from None
        yield
