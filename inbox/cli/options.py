"""What commands have in common: settings with the command line over them, and the data folder."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from inbox import logs
from inbox.settings import Settings


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


def port_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)(
        command
    )


def reached_at(port: int, settings: Settings) -> Settings:
    """Without INBOX_PUBLIC_URL it is where we listen, as browsers of this machine see it."""
    if "public_url" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})
