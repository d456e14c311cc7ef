"""What a simulator must still know after a restart, besides the messages."""

from pathlib import Path
from typing import Any

import orjson


class Memory:
    """A few named values in `memory.json`, always replaced as a whole."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "memory.json"
        self._values: dict[str, Any] = {}
        if self.path.exists():
            self._values = orjson.loads(self.path.read_bytes())

    def get(self, name: str, default: Any = None) -> Any:
        return self._values.get(name, default)

    def put(self, name: str, value: Any) -> None:
        self._values[name] = value
        fresh = self.path.with_suffix(".new")
        fresh.write_bytes(orjson.dumps(self._values))
        fresh.replace(self.path)

    def count(self, name: str) -> int:
        """The next number of a series that never goes back."""
        number = int(self.get(name, 0)) + 1
        self.put(name, number)
        return number
