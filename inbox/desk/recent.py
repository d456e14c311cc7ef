"""What was looked up a moment ago, so that a busy caller costs no look-up a call."""

import time
from typing import Generic, TypeVar

Row = TypeVar("Row")

SECONDS = 3.0  # how long a change may go unseen
MOST = 1000


class Recent(Generic[Row]):
    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Row]] = {}

    def get(self, key: str) -> Row | None:
        until, row = self._kept.get(key, (0.0, None))
        return row if time.monotonic() < until else None

    def keep(self, key: str, row: Row) -> None:
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[key] = (time.monotonic() + SECONDS, row)
