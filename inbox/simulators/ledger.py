"""Everything said between the simulated customers and the shop, kept in one journal on disk."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from inbox import clock, ids


@dataclass(slots=True, kw_only=True)
class KeptFile:
    """A file that went with an entry; its bytes lie under its id."""

    id: str
    name: str
    content_type: str
    size: int


@dataclass(slots=True, kw_only=True)
class Entry:
    """One message as the provider knows it; `outgoing` ones went from the shop to the customer.

    `customer` is their address, number or chat id; `meta` is what only the channel understands.
    """

    channel: str
    customer: str
    outgoing: bool
    text: str = ""
    subject: str = ""
    state: str = ""
    id: str = field(default_factory=ids.new)
    at: str = field(default_factory=lambda: clock.now().isoformat())
    files: list[KeptFile] = field(default_factory=list)
    meta: dict[str, Any] = field(default_factory=dict)


class Ledger:
    """Appends to `journal.jsonl` (an entry's last line wins) and wakes whoever waits for news.

    Writes are small and synchronous: a simulator serves one person or one test.
    """

    def __init__(self, folder: Path) -> None:
        self.journal = folder / "journal.jsonl"
        self.folder = folder / "files"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.version = 0
        self._entries: dict[str, Entry] = {}
        self._changed = asyncio.Event()
        self._load()

    def record(self, entry: Entry) -> Entry:
        """Keep a new entry, or the new state of one that was changed."""
        with self.journal.open("ab") as file:
            file.write(orjson.dumps(asdict(entry)) + b"\n")
        self._entries[entry.id] = entry
        self.tell()
        return entry

    def tell(self) -> None:
        """Wake the waiters, also for news that are no entry (a switch was thrown)."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def get(self, entry_id: str) -> Entry | None:
        return self._entries.get(entry_id)

    def of(self, channel: str, customer: str | None = None) -> list[Entry]:
        """Both sides of what was said on a channel, oldest first."""
        return [
            entry
            for entry in self._entries.values()
            if entry.channel == channel and customer in (None, entry.customer)
        ]

    def received(self, channel: str, customer: str | None = None) -> list[Entry]:
        """What customers got from the shop, oldest first: the proof that nothing came twice."""
        return [entry for entry in self.of(channel, customer) if entry.outgoing]

    async def wait(self, after: int, seconds: float) -> int:
        """The version once it is another than `after`, or when the time is up."""
        if self.version == after:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._changed.wait()
        return self.version

    def keep_file(self, name: str, content_type: str, content: bytes) -> KeptFile:
        kept = KeptFile(id=ids.new(), name=name, content_type=content_type, size=len(content))
        (self.folder / kept.id).write_bytes(content)
        return kept

    def file(self, file_id: str) -> tuple[KeptFile, bytes] | None:
        for kept in self._files():
            if kept.id == file_id:
                return kept, self.content(kept.id)
        return None

    def content(self, file_id: str) -> bytes:
        return (self.folder / file_id).read_bytes()

    def _files(self) -> Iterator[KeptFile]:
        for entry in self._entries.values():
            yield from entry.files

    def _load(self) -> None:
        if not self.journal.exists():
            return
        content = self.journal.read_bytes()
        if content and not content.endswith(b"\n"):  # a crash cut the last line short
            with self.journal.open("ab") as file:
                file.write(b"\n")
        for line in content.splitlines():
            try:
                kept = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            kept["files"] = [KeptFile(**file) for file in kept["files"]]
            self._entries[kept["id"]] = Entry(**kept)
            self.version += 1
