"""Backup and restore, export and import."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import orjson

from inbox import services
from inbox.archive import backup, folder, interactions, mbox
from inbox.archive.place import Summary
from inbox.cli.options import data_option, running_loop, settings_from
from inbox.errors import Invalid
from inbox.services import Services
from inbox.settings import Settings

PATH = click.Path(path_type=Path)
json_option = click.option("--json", "as_json", is_flag=True, help="For scripts.")
force_option = click.option(
    "--force", is_flag=True, help="Delete everything that is in the workspace first."
)


@click.command("backup")
@click.argument("path", type=PATH)
@data_option
@json_option
@running_loop
async def back_up(path: Path, data_dir: Path | None, as_json: bool) -> None:
    """Copy everything into the file PATH, while Inbox may go on working.

    Database, files, and the secret key if it lies in the data folder: keep the copy as safe as the
    workspace itself.
    """
    async with _opened(settings_from(data_dir=data_dir)) as built:
        summary = await backup.back_up(built, path, _progress)
    _tell(summary, as_json)
    if not summary.key_included:
        note = "The secret key is in INBOX_SECRET_KEY and not in the backup: keep it as well."
        click.echo(note, err=True)


@click.command("restore")
@click.argument("path", type=PATH)
@data_option
@force_option
@json_option
@running_loop
async def restore(path: Path, data_dir: Path | None, force: bool, as_json: bool) -> None:
    """Put a backup back, into an empty workspace; stop Inbox first.

    A backup of SQLite may be restored into PostgreSQL, and the other way round.
    """
    settings = settings_from(data_dir=data_dir)
    made = backup.prepare(settings, path)
    async with _opened(settings) as built:
        _tell(await backup.restore(built, path, made, _progress, force=force), as_json)


@click.command("export")
@click.argument("path", type=PATH)
@data_option
@json_option
@running_loop
async def export(path: Path, data_dir: Path | None, as_json: bool) -> None:
    """Write everything into the new folder PATH: JSON Lines, mails as .eml, files.

    Without passwords, tokens and credentials.
    """
    async with _opened(settings_from(data_dir=data_dir)) as built:
        _tell(await folder.export(built, path, _progress), as_json)


@click.command("import")
@click.argument("source", type=click.Choice(["inbox", "mbox"]))
@click.argument("path", type=PATH)
@click.option("--inbox", "inbox_name", help="For mbox: name, id or address of the e-mail inbox.")
@data_option
@force_option
@json_option
@running_loop
async def import_(
    source: str,
    path: Path,
    inbox_name: str | None,
    data_dir: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Read PATH: an export of Inbox into an empty workspace, or old mail from an mbox file."""
    if source == "mbox" and not inbox_name:
        raise Invalid("Say with --inbox which e-mail inbox the mail belongs to.")
    async with _opened(settings_from(data_dir=data_dir)) as built:
        if source == "inbox":
            _tell(await folder.import_folder(built, path, _progress, force=force), as_json)
            return
        _tell(await mbox.import_mbox(built, path, str(inbox_name), _progress), as_json)


@click.command("import-interactions")
@click.argument("path", type=PATH)
@click.option("--inbox", "inbox_name", required=True, help="Name or id of the inbox.")
@click.option("--dry-run", is_flag=True, help="Only say what is wrong and what is new.")
@data_option
@json_option
@running_loop
async def import_interactions(
    path: Path, inbox_name: str, dry_run: bool, data_dir: Path | None, as_json: bool
) -> None:
    """Read calls, meetings and letters from PATH, a CSV or JSON file."""
    async with _opened(settings_from(data_dir=data_dir)) as built:
        done = interactions.import_file(built, path, inbox_name, _progress, dry_run=dry_run)
        _tell(await done, as_json)


COMMANDS = (back_up, restore, export, import_, import_interactions)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Services]:
    built = services.build(settings)
    built.database.create()
    try:
        yield built
    finally:
        await built.close()


def _progress(what: str) -> None:
    """One line that is written over, for a person who watches."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{what}", nl=False, err=True)


def _tell(found: Summary | mbox.Imported | interactions.Imported, as_json: bool) -> None:
    values: dict[str, Any] = asdict(found)
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    if as_json:
        click.echo(orjson.dumps(values))
        return
    for name, value in values.items():
        click.echo(f"{name.replace('_', ' ')}: {value}")
