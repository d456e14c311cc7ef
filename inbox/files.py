"""Files under the hash of their bytes, in a folder or an object store, by obstore.

What is too large for memory goes through a spool: a folder of files that are on their way.
"""

import asyncio
import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import structlog
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from inbox.envelope import Spooled
from inbox.errors import NotFound, Unavailable

log = structlog.get_logger()

CHUNK_BYTES = 1024 * 1024
SPOOL_SECONDS = 3600.0  # what lies longer was left by a process that died


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
        try:
            await self._store.put_async(path, content)
            if self._folder:
                await asyncio.to_thread(_flush, self._folder / path)
        except (BaseError, OSError) as error:
            log.error("file_not_kept", error=str(error))
            raise Unavailable("The file store could not keep this. Try again.") from error
        return digest

    async def take(self, spooled: Spooled) -> str:
        """As `put`, without holding the bytes; the spooled file is gone afterwards."""
        path = _path(spooled.digest)
        if self._folder:
            await asyncio.to_thread(_move, spooled.path, self._folder / path)
        else:
            await self._store.put_async(path, spooled.path)
            spooled.path.unlink(missing_ok=True)
        return spooled.digest

    @contextlib.asynccontextmanager
    async def on_disk(self, digest: str, spool: Path | None) -> AsyncIterator[Path]:
        """A path to read the bytes at."""
        if self._folder:
            path = self._folder / _path(digest)
            if not path.exists():
                raise NotFound("This file is missing from the file store.")
            yield path
            return
        copy = Spool(spool)
        async for chunk in self.stream(digest):
            copy.write(chunk)
        spooled = copy.done()
        try:
            yield spooled.path
        finally:
            spooled.path.unlink(missing_ok=True)

    async def stream(self, digest: str) -> AsyncIterator[bytes]:
        try:
            answer = await self._store.get_async(_path(digest))
        except (NotFoundError, FileNotFoundError):
            raise NotFound("This file is missing from the file store.") from None
        async for chunk in answer.stream(min_chunk_size=CHUNK_BYTES):
            yield bytes(chunk)

    async def get(self, digest: str) -> bytes:
        try:
            answer = await self._store.get_async(_path(digest))
        except (NotFoundError, FileNotFoundError):
            raise NotFound("This file is missing from the file store.") from None
        return bytes(await answer.bytes_async())


class Spool:
    """A new file that is written piece by piece, and its hash with it."""

    def __init__(self, folder: Path | None) -> None:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=folder, prefix="spool-")
        self._file = os.fdopen(descriptor, "wb")
        self._path = Path(name)
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def done(self) -> Spooled:
        self._file.close()
        return Spooled(path=self._path, size=self.size, digest=self._hash.hexdigest())

    def drop(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


def spool(folder: Path | None, chunks: Iterable[bytes]) -> Spooled:
    """All the chunks in one file; nothing is left where one of them fails."""
    made = Spool(folder)
    try:
        for chunk in chunks:
            made.write(chunk)
    except BaseException:
        made.drop()
        raise
    return made.done()


def sweep(folder: Path, seconds: float = SPOOL_SECONDS) -> None:
    """Away with what nobody came for."""
    for path in folder.glob("spool-*"):
        with contextlib.suppress(FileNotFoundError):  # somebody came for it meanwhile
            if path.stat().st_mtime < time.time() - seconds:
                path.unlink()


def _move(source: Path, target: Path) -> None:
    """Without copying where both are on one disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source.chmod(0o644)
    try:
        source.replace(target)
    except OSError:
        half = target.with_suffix(".part")
        shutil.copyfile(source, half)
        half.replace(target)
        source.unlink()
    _flush(target)


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
