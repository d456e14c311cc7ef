"""The commands that run until they are told to stop."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click

from inbox import services
from inbox.cli.alone import alone
from inbox.desk import first_run
from inbox.services import Services
from inbox.settings import Settings
from inbox.web.server import make_app
from inbox.web.serving import serve as serve_app
from inbox.web.serving import stopped
from inbox.workers.crew import Crew


async def serve(settings: Settings, host: str, port: int, *, with_work: bool) -> None:
    async with started(settings, with_work=with_work) as built:
        is_done = await built.database.read(first_run.is_done)
        place = settings.public_url if is_done else f"{settings.public_url}/first-run"
        words = "Inbox is running at" if is_done else "Set up the owner at"
        await serve_app(make_app(built), host, port, ready=lambda: click.echo(f"{words} {place}"))


async def work(settings: Settings) -> None:
    async with started(settings, with_work=True):
        await stopped()


@asynccontextmanager
async def started(settings: Settings, *, with_work: bool) -> AsyncIterator[Services]:
    """The services of a process that works until it is told to stop."""
    with alone(settings):
        async with put_together(settings, with_work=with_work) as built:
            yield built


@asynccontextmanager
async def put_together(settings: Settings, *, with_work: bool) -> AsyncIterator[Services]:
    """For one who has made sure already to be alone with the data."""
    built = services.build(settings)
    built.database.create()
    await built.start()
    gc.freeze()  # code and tables are not looked through again at every collection
    gc.enable()
    crew = Crew(built) if with_work else None
    if crew:
        crew.start()
    try:
        yield built
    finally:
        if crew:
            await crew.stop()
        await built.close()
