"""The commands and what they have in common: settings, and errors told in a sentence."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from inbox import __version__, logs
from inbox.cli import admin, running
from inbox.errors import InboxError
from inbox.settings import Settings


class Commands(click.Group):
    """Plain errors, without tracebacks, and an exit code that says so."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except InboxError as error:
            raise click.ClickException(error.message) from None
        except SQLAlchemyError as error:
            text = str(getattr(error, "orig", error)).strip()
            raise click.ClickException(
                f"The database does not answer as it should: {text}"
            ) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Inbox: one place where a team answers its customers on every channel."""


def settings_from(**given: Any) -> Settings:
    """The environment's settings, with what the command line says over them."""
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = "; ".join(f"INBOX_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise click.ClickException(wrong) from None
    if settings.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise click.ClickException("INBOX_LOG_LEVEL: give DEBUG, INFO, WARNING or ERROR.")
    logs.configure(settings.log_level, human=sys.stderr.isatty())
    return settings


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--data", "data_dir", type=click.Path(path_type=Path), help="The data folder."
    )(command)


def running_loop(command: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        asyncio.run(command(*arguments, **options))

    return run


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True)
@data_option
@running_loop
async def demo(host: str, port: int, data_dir: Path | None) -> None:
    """Serve the demo: a seeded workspace, and simulators of every channel."""
    base = {"public_url": f"http://127.0.0.1:{port}", "log_level": "WARNING"}
    await running.demo(settings_from(data_dir=data_dir, **base), host, port)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True)
@data_option
@running_loop
async def serve(host: str, port: int, data_dir: Path | None) -> None:
    """Serve pages and API, and do the background work, in one process."""
    await running.serve(settings_from(data_dir=data_dir), host, port, with_work=True)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True)
@running_loop
async def web(host: str, port: int) -> None:
    """Serve pages and API only; any number of these beside `inbox work`."""
    await running.serve(settings_from(), host, port, with_work=False)


@main.command()
@running_loop
async def work() -> None:
    """Do the background work only; any number of these beside `inbox web`."""
    await running.work(settings_from())


@main.command()
@data_option
def migrate(data_dir: Path | None) -> None:
    """Bring the database to what this version needs."""
    admin.migrate(settings_from(data_dir=data_dir))


@main.command()
@data_option
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def check(data_dir: Path | None, as_json: bool) -> None:
    """Look after database, channels and queues; the exit code says whether all is well."""
    sys.exit(0 if admin.check(settings_from(data_dir=data_dir), as_json=as_json) else 1)


@main.group()
def agent() -> None:
    """People of the team."""


@agent.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", default="agent", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@data_option
def agent_add(
    email: str, name: str, role: str, password_stdin: bool, data_dir: Path | None
) -> None:
    """Add an agent; the first one is the owner."""
    password = (
        sys.stdin.readline().rstrip("\n")
        if password_stdin
        else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    settings = settings_from(data_dir=data_dir)
    click.echo(admin.add_agent(settings, email, name, role, password))


@main.group()
def token() -> None:
    """Keys for programs."""


@token.command("create")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help="read, write or admin.")
@click.option("--agent", "email", default="", metavar="EMAIL", help="Who it acts for, if anybody.")
@click.option("--inbox", "inbox_ids", multiple=True, metavar="ID", help="Limit it to an inbox.")
@data_option
def token_create(
    name: str,
    scopes: tuple[str, ...],
    email: str,
    inbox_ids: tuple[str, ...],
    data_dir: Path | None,
) -> None:
    """Make a token; it is printed once, alone."""
    settings = settings_from(data_dir=data_dir)
    click.echo(admin.create_token(settings, name, scopes, email, inbox_ids))


@main.group("inbox")
def inbox_group() -> None:
    """Accounts on channels."""


@inbox_group.command("add")
@click.argument("kind")
@click.option("--name", required=True)
@click.option(
    "--set", "values", multiple=True, metavar="KEY=VALUE", help="A setting of the channel."
)
@data_option
@running_loop
async def inbox_add(kind: str, name: str, values: tuple[str, ...], data_dir: Path | None) -> None:
    """Add an inbox of KIND; its id is printed."""
    settings = settings_from(data_dir=data_dir)
    click.echo(await admin.add_inbox(settings, kind, name, values))
