"""A copy of everything in one file, made while the desk works, and put back.

The rows come first and the files after them: a file is stored before its row and never changed, so
the files are at least those that the rows need.
"""

import contextlib
import os
import tarfile
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import orjson
import sqlalchemy as sa

from inbox.archive import place, rows
from inbox.archive.place import Progress, Summary
from inbox.archive.rows import Loader
from inbox.db import Database
from inbox.errors import Invalid, NotFound
from inbox.files import CHUNK_BYTES, spool
from inbox.services import Services
from inbox.settings import Settings
from inbox.vault import KEY_FILE

KIND = "inbox-backup"
MANIFEST = "manifest.json"
END = "complete.json"
DATABASE = "inbox.sqlite3"


async def back_up(services: Services, path: Path, progress: Progress) -> Summary:
    """The file appears under its name when it is whole; only its owner may read it."""
    place.refuse_existing(path)
    half = path.with_name(path.name + ".part")
    with tempfile.TemporaryDirectory(dir=path.parent, prefix="inbox-backup-") as folder:
        try:
            with (
                os.fdopen(os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as raw,
                tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar,
            ):
                summary = await _write(services, tar, Path(folder), progress)
                raw.flush()
                os.fsync(raw.fileno())
            half.rename(path)
        finally:
            half.unlink(missing_ok=True)
    return place.Summary(str(path), *summary)


async def _write(
    services: Services, tar: tarfile.TarFile, folder: Path, progress: Progress
) -> tuple[int, int, int, bool]:
    _add(tar, MANIFEST, orjson.dumps(place.manifest(KIND, key=place.key_check(services))))
    key_file = services.settings.data_dir / KEY_FILE
    has_key = not services.settings.secret_key and key_file.exists()
    if has_key:
        tar.add(key_file, KEY_FILE)
    progress("database")
    with _copied(services.database, folder) as connection:
        count = _add_rows(connection, services.database, tar, folder)
        progress("files")
        written = missing = 0
        for digest in rows.digests(connection):
            try:
                async with services.files.on_disk(digest, folder) as file:
                    tar.add(file, f"files/{digest}")
                written += 1
            except NotFound:
                missing += 1
    _add(tar, END, orjson.dumps({"rows": count, "files": written}))
    return count, written, missing, has_key


@contextlib.contextmanager
def _copied(database: Database, folder: Path) -> Iterator[sa.Connection]:
    """A view of one moment: on SQLite of a copy, since a long reader would hold up the log."""
    if not database.is_sqlite:
        with database.snapshot() as connection:
            yield connection
        return
    with database.snapshot() as connection:
        raw: Any = connection.connection.dbapi_connection  # no transaction has begun on it
        raw.execute("VACUUM INTO ?", (str(folder / DATABASE),))
    copy = sa.create_engine(f"sqlite:///{folder / DATABASE}")
    try:
        with copy.connect() as connection:
            yield connection
    finally:
        copy.dispose()


def _add_rows(
    connection: sa.Connection, database: Database, tar: tarfile.TarFile, folder: Path
) -> int:
    """How many rows."""
    if database.is_sqlite:
        tar.add(folder / DATABASE, DATABASE)
        return _count(connection)
    count = 0
    for table in rows.tables(with_secrets=True):
        lines = folder / f"{table.name}.jsonl"
        with lines.open("wb") as file:
            found = rows.read(connection, table, with_secrets=True)
            count += rows.write_lines(file, table, found)
        tar.add(lines, f"tables/{table.name}.jsonl")
        lines.unlink()
    return count


def _count(connection: sa.Connection) -> int:
    counts = (
        connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in rows.tables(with_secrets=True)
    )
    return sum(counts)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, BytesIO(content))


def prepare(settings: Settings, path: Path) -> dict[str, Any]:
    """The manifest, and the secret key put where it belongs if there is none yet."""
    with _opened(path) as tar:
        made: dict[str, Any] = orjson.loads(_content(tar, MANIFEST).read())
        place.check_manifest(made, KIND)
        _content(tar, END)
        key_file = settings.data_dir / KEY_FILE
        if KEY_FILE in tar.getnames() and not settings.secret_key and not key_file.exists():
            settings.data_dir.mkdir(parents=True, exist_ok=True)
            key_file.touch(mode=0o600)
            key_file.write_bytes(_content(tar, KEY_FILE).read())
    return made


async def restore(
    services: Services, path: Path, made: dict[str, Any], progress: Progress, *, force: bool
) -> Summary:
    """All rows in one transaction, after the files that they need."""
    place.check_key(services, made["key"])
    place.make_room(services.database, force=force)
    files = 0
    spool_dir = services.settings.spool_dir
    with _opened(path) as tar:
        progress("files")
        for entry in tar:
            folder, _, digest = entry.name.partition("/")
            if folder == "files":
                copied = spool(spool_dir, _chunks(_content(tar, entry.name)))
                _check_file(digest, copied.digest)
                await services.files.take(copied)
                files += 1
        progress("database")
        with (
            tempfile.TemporaryDirectory(dir=services.settings.data_dir) as scratch,
            services.database.engine.begin() as connection,
        ):
            count = _load(connection, tar, Path(scratch))
        has_key = KEY_FILE in tar.getnames()
    return Summary(str(path), count, files, key_included=has_key)


def _load(connection: sa.Connection, tar: tarfile.TarFile, folder: Path) -> int:
    """From a copy of SQLite or from lines, into whatever database there is."""
    loader = Loader(connection)
    all_tables = rows.tables(with_secrets=True)
    if DATABASE not in tar.getnames():
        count = sum(
            loader.load(table, rows.read_lines(_content(tar, f"tables/{table.name}.jsonl"), table))
            for table in all_tables
        )
    else:
        with (folder / DATABASE).open("wb") as target:
            target.writelines(_chunks(_content(tar, DATABASE)))
        copy = sa.create_engine(f"sqlite:///{folder / DATABASE}")
        with copy.connect() as copied:
            count = sum(
                loader.load(table, rows.read(copied, table, with_secrets=True))
                for table in all_tables
            )
        copy.dispose()
    loader.finish()
    return count


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path) as tar:
            yield tar
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.") from None
    except (tarfile.TarError, EOFError, IsADirectoryError) as error:
        raise Invalid(f"{path} is no backup, or not a whole one: {error}") from None


def _content(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    try:
        found = tar.extractfile(name)
    except KeyError:
        found = None
    if found is None:
        raise Invalid(f"This is no whole backup: {name} is missing.")
    return found


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    while chunk := content.read(CHUNK_BYTES):
        yield chunk


def _check_file(expected: str, found: str) -> None:
    if expected != found:
        raise Invalid(f"The file {expected} in this backup is damaged.")
