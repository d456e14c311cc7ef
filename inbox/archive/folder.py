"""A workspace as a folder: a file of JSON Lines for each table, mails as .eml, and the files."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import orjson
import sqlalchemy as sa
from sqlmodel import SQLModel

from inbox.archive import place, rows
from inbox.archive.place import DONE, Progress, Summary
from inbox.archive.rows import Loader, Row
from inbox.errors import Invalid, NotFound
from inbox.files import CHUNK_BYTES, spool
from inbox.services import Services

KIND = "inbox-export"
MANIFEST = "manifest.json"


async def export(services: Services, path: Path, progress: Progress) -> Summary:
    """Into a new folder; raises Conflict if there is one."""
    place.refuse_existing(path)
    for part in ("tables", "mail", "files"):
        (path / part).mkdir(parents=True)
    counts: dict[str, int] = {}
    with services.database.snapshot() as connection:
        mails = _emails(connection)
        for table in rows.tables(with_secrets=False):
            progress(table.name)
            found = rows.read(connection, table, with_secrets=False)
            if table.name == "arrival":
                found = _without_mails(found, mails, path / "mail")
            with (path / "tables" / f"{table.name}.jsonl").open("wb") as file:
                counts[str(table.name)] = rows.write_lines(file, table, found)
        progress("files")
        files, missing = await _export_files(services, connection, mails, path)
    made = place.manifest(KIND, rows=counts, files=files, missing_files=missing, state=DONE)
    (path / MANIFEST).write_bytes(orjson.dumps(made, option=orjson.OPT_INDENT_2) + b"\n")
    return Summary(str(path), sum(counts.values()), files, missing)


async def import_folder(
    services: Services, path: Path, progress: Progress, *, force: bool = False
) -> Summary:
    """Into an empty workspace. Raises Invalid for a folder that is no whole export."""
    made = _read_manifest(path)
    place.make_room(services.database, force=force)
    progress("files")
    files = 0
    for file in sorted((path / "files").iterdir()):
        await _take(services, file, file.name)
        files += 1
    count = 0
    with services.database.engine.begin() as connection:
        loader = Loader(connection)
        for table in rows.tables(with_secrets=False):
            progress(table.name)
            with (path / "tables" / f"{table.name}.jsonl").open("rb") as lines:
                found = rows.read_lines(lines, table)
                if table.name == "arrival":
                    found = _with_mails(found, path / "mail")
                count += loader.load(table, found)
        loader.finish()
        large = _large_mails(connection, path / "mail")
    for arrival_id, digest in large:
        await _take(services, path / "mail" / f"{arrival_id}.eml", digest)
        files += 1
    if count != sum(made["rows"].values()):
        raise Invalid("The export does not hold the rows that its manifest names. Export it again.")
    return Summary(str(path), count, files, made["missing_files"])


def _read_manifest(path: Path) -> Row:
    try:
        made: Row = orjson.loads((path / MANIFEST).read_bytes())
    except (OSError, ValueError):
        raise Invalid(f"{path} has no {MANIFEST}, so it is no whole export of Inbox.") from None
    place.check_manifest(made, KIND)
    return made


def _emails(connection: sa.Connection) -> set[str]:
    """Inboxes whose arrivals are mails."""
    inbox = SQLModel.metadata.tables["inbox"]
    found = connection.execute(sa.select(inbox.c.id).where(inbox.c.kind == "email"))
    return {inbox_id for (inbox_id,) in found}


def _without_mails(found: Iterator[Row], mails: set[str], folder: Path) -> Iterator[Row]:
    """Each mail in a file of its own; the row says so by `raw` being null."""
    for row in found:
        if row["inbox_id"] in mails and row["raw"] is not None:
            (folder / f"{row['id']}.eml").write_bytes(row["raw"])
            row["raw"] = None
        yield row


def _with_mails(found: Iterator[Row], folder: Path) -> Iterator[Row]:
    for row in found:
        mail = folder / f"{row['id']}.eml"
        if row["raw"] is None and not row["digest"] and mail.exists():
            row["raw"] = mail.read_bytes()
        yield row


async def _export_files(
    services: Services, connection: sa.Connection, mails: set[str], path: Path
) -> tuple[int, int]:
    """How many there are, and how many of them the file store does not have."""
    arrival = SQLModel.metadata.tables["arrival"]
    large = sa.select(arrival.c.id, arrival.c.digest).where(
        arrival.c.inbox_id.in_(mails), arrival.c.digest != ""
    )
    named = {
        digest: path / "mail" / f"{row_id}.eml" for row_id, digest in connection.execute(large)
    }
    written = missing = 0
    for digest in rows.digests(connection):
        target = named.get(digest, path / "files" / digest)
        try:
            await _copy(services.files.stream(digest), target)
            written += 1
        except NotFound:
            missing += 1
    return written, missing


async def _copy(chunks: AsyncIterator[bytes], target: Path) -> None:
    first = await anext(chunks, b"")
    with target.open("wb") as file:
        file.write(first)
        async for chunk in chunks:
            file.write(chunk)


def _large_mails(connection: sa.Connection, folder: Path) -> list[tuple[str, str]]:
    arrival = SQLModel.metadata.tables["arrival"]
    query = sa.select(arrival.c.id, arrival.c.digest).where(arrival.c.digest != "")
    found = connection.execute(query)
    return [(row_id, digest) for row_id, digest in found if (folder / f"{row_id}.eml").exists()]


async def _take(services: Services, path: Path, digest: str) -> None:
    """Raises Invalid for a file that is not what its name says."""
    with path.open("rb") as file:
        copied = spool(services.settings.spool_dir, iter(lambda: file.read(CHUNK_BYTES), b""))
    if copied.digest != digest:
        copied.path.unlink()
        raise Invalid(f"{path} was changed: its hash is another than it should be.")
    await services.files.take(copied)
