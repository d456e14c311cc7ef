"""The commands, and errors told in a sentence.

Each imports what it needs and no more, for that is most of the time it takes to start.
"""

import errno
import gc
import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from inbox import __version__
from inbox.cli.options import data_option, port_option, reached_at, running_loop, settings_from
from inbox.errors import InboxError
from inbox.trouble import is_trouble

gc.disable()  # what is imported stays; whoever goes on to serve calls it back


class Commands(click.Group):
    """Plain errors, without tracebacks, and an exit code that says so."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        _add_rare()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands:
            _add_rare()
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except InboxError as error:
            raise click.ClickException(error.message) from None
        except OSError as error:
            raise click.ClickException(_words(error)) from None
        except SQLAlchemyError as error:
            raise click.ClickException(_database_words(error)) from None


def _words(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "Something listens on this port already. Stop it, or give another one with --port."
    if error.filename is None:
        return str(error)
    return f"{error.strerror}: {error.filename}"


def _database_words(error: SQLAlchemyError) -> str:
    """Of several lines about several addresses the first says why."""
    text = str(getattr(error, "orig", error)).strip().splitlines()[0]
    if is_trouble(error):
        remedy = "Look whether it runs and has room, and at INBOX_DATABASE_URL."
        return f"The database does not answer: {text.rstrip('.')}. {remedy}"
    return f"The database does not answer as it should: {text}"


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Inbox: one place where a team answers its customers on every channel."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@port_option
@data_option
@running_loop
async def demo(host: str, port: int, data_dir: Path | None) -> None:
    """Serve the demo: a seeded workspace, and simulators of every channel."""
    from inbox.cli.demo import demo as run_demo

    base = {"public_url": f"http://127.0.0.1:{port}", "log_level": "WARNING"}
    await run_demo(settings_from(data_dir=data_dir, **base), host, port)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@port_option
@data_option
@running_loop
async def serve(host: str, port: int, data_dir: Path | None) -> None:
    """Serve pages and API, and do the background work, in one process."""
    from inbox.cli import running

    settings = reached_at(port, settings_from(data_dir=data_dir))
    await running.serve(settings, host, port, with_work=True)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@port_option
@running_loop
async def web(host: str, port: int) -> None:
    """Serve pages and API only; any number of these beside `inbox work`."""
    from inbox.cli import running

    settings = reached_at(port, settings_from())
    await running.serve(settings, host, port, with_work=False)


@main.command()
@running_loop
async def work() -> None:
    """Do the background work only; any number of these beside `inbox web`."""
    from inbox.cli import running

    await running.work(settings_from())


@main.command()
@data_option
def migrate(data_dir: Path | None) -> None:
    """Bring the database to what this version needs."""
    from inbox.cli import admin

    admin.migrate(settings_from(data_dir=data_dir))


@main.command()
@data_option
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def check(data_dir: Path | None, as_json: bool) -> None:
    """Look after database, channels and queues; the exit code says whether all is well."""
    from inbox.cli import admin

    sys.exit(0 if admin.check(settings_from(data_dir=data_dir), as_json=as_json) else 1)


def _add_rare() -> None:
    from inbox.cli import moving

    for command in moving.COMMANDS:
        main.add_command(command)


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
    from inbox.cli import admin

    settings = settings_from(data_dir=data_dir)
    admin.can_be_added(settings, email, name, role)
    click.echo(admin.add_agent(settings, email, name, role, _password(password_stdin)))


@agent.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@data_option
def agent_password(email: str, password_stdin: bool, data_dir: Path | None) -> None:
    """Give an agent a new password; every session of theirs ends."""
    from inbox.cli import admin

    admin.set_password(settings_from(data_dir=data_dir), email, _password(password_stdin))
    click.echo(f"{email} has a new password.")


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
    from inbox.cli import admin

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
    from inbox.cli import admin

    settings = settings_from(data_dir=data_dir)
    click.echo(await admin.add_inbox(settings, kind, name, values))


@inbox_group.command("check")
@click.argument("inbox")
@data_option
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
@running_loop
async def inbox_check(inbox: str, data_dir: Path | None, as_json: bool) -> None:
    """Compare a mailbox, by its id or name, with what is stored, and fetch what was missed.

    The exit code is 0 if nothing was missed.
    """
    from inbox.cli import mailboxes

    settings = settings_from(data_dir=data_dir)
    sys.exit(0 if await mailboxes.compare(settings, inbox, as_json=as_json) else 1)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
