"""Calls and meetings from a file on disk, by the same rules as the page of the settings."""

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlmodel import Session, col, or_, select

from inbox.archive.place import Progress
from inbox.desk import interaction_files, interaction_import
from inbox.desk.interaction_import import TOGETHER
from inbox.errors import Invalid, NotFound
from inbox.events import SYSTEM
from inbox.model import Inbox
from inbox.services import Services

MOST_TOLD = 20


@dataclass(slots=True)
class Imported:
    """How many rows were read, are new, and were there already."""

    read: int = 0
    added: int = 0
    known: int = 0


async def import_file(
    services: Services, path: Path, inbox_name: str, progress: Progress, *, dry_run: bool = False
) -> Imported:
    """Nothing at all is imported if a row is wrong: Invalid tells row, field and remedy."""
    inbox = await services.database.read(lambda s: _find(s, inbox_name))
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise Invalid(f"{path} can't be read: {error.strerror}.") from None
    zone = services.workspace.time_zone or "UTC"
    found = interaction_files.read(content, path.name, zone)
    if found.problems:
        raise Invalid(_told(found.problems))
    done = Imported(read=len(found.rows))
    for at in range(0, len(found.rows), TOGETHER):
        part = found.rows[at : at + TOGETHER]
        if dry_run:
            known = await services.database.read(partial(_known, rows=part))
            done.known, done.added = done.known + known, done.added + len(part) - known
            continue
        added = await services.database.write(partial(_take_in, inbox=inbox, rows=part))
        done.added, done.known = done.added + added, done.known + len(part) - added
        progress(f"{at + len(part)} rows read")
    return done


def _find(session: Session, name: str) -> Inbox:
    named = or_(col(Inbox.id) == name, col(Inbox.name) == name, col(Inbox.slug) == name)
    inbox = session.exec(select(Inbox).where(named)).first()
    if inbox is None:
        raise NotFound(f"There is no inbox “{name}”.")
    return inbox


def _known(session: Session, rows: list[interaction_files.Row]) -> int:
    return len(interaction_import.known(session, rows))


def _take_in(session: Session, inbox: Inbox, rows: list[interaction_files.Row]) -> int:
    return interaction_import.take_in(session, inbox, rows, by=SYSTEM)


def _told(problems: list[interaction_files.Problem]) -> str:
    lines = [f"Row {one.row}, {one.field or 'row'}: {one.text}" for one in problems[:MOST_TOLD]]
    more = len(problems) - len(lines)
    return "\n".join([*lines, *([f"… and {more} more."] if more else []), "Nothing was imported."])
