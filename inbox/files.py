"""Files under the hash of their bytes, in a folder or an object store, by obstore."""

import asyncio
import hashlib
import os
from pathlib import Path

from obstore.exceptions import NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from inbox.errors import NotFound


class Files:
    """`put` answers once the bytes are safe; the same bytes are kept once."""

    def __init__(self, url: str, folder: Path) -> None:
        self._folder = None if url else folder
        if not url:
            folder.mkdir(parents=True, exist_ok=True)
        self._store: ObjectStore = from_url(url) if url else LocalStore(folder)

    async def put(self, content: bytes) -> str:
        """Its SHA-256 in hex, by which `get` finds it."""
        digest = hashlib.sha256(content).hexdigest()
        path = _path(digest)
        await self._store.put_async(path, content)
        if self._folder:
            await asyncio.to_thread(_flush, self._folder / path)
        return digest

    async def get(self, digest: str) -> bytes:
        try:
            answer = await self._store.get_async(_path(digest))
        except (NotFoundError, FileNotFoundError):
            raise NotFound("This file is missing from the file store.") from None
        return bytes(await answer.bytes_async())


def _path(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def _flush(path: Path) -> None:
    """To the disk, file and folder, so that no row points at bytes that a crash took."""
    for place in (path, path.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
