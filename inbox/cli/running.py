"""The commands that run until they are told to stop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click

from inbox import seed, services
from inbox.cli.alone import alone
from inbox.desk import first_run
from inbox.services import Services
from inbox.settings import Settings
from inbox.simulators import page
from inbox.simulators.providers import Simulators
from inbox.web.route import Access, Route
from inbox.web.server import make_app
from inbox.web.serving import serve as serve_app
from inbox.web.serving import stopped
from inbox.workers.crew import Crew


async def serve(settings: Settings, host: str, port: int, *, with_work: bool) -> None:
    async with _started(settings, with_work=with_work) as built:
        is_done = await built.database.read(first_run.is_done)
        place = settings.public_url if is_done else f"{settings.public_url}/first-run"
        words = "Inbox is running at" if is_done else "Set up the owner at"
        await serve_app(make_app(built), host, port, ready=lambda: click.echo(f"{words} {place}"))


async def work(settings: Settings) -> None:
    async with _started(settings, with_work=True):
        await stopped()


async def demo(settings: Settings, host: str, port: int) -> None:
    """Simulators first, so that their ports are among the hosts that may be called."""
    with alone(settings):
        await _demo(settings, host, port)


async def _demo(settings: Settings, host: str, port: int) -> None:
    simulators = await Simulators.start(settings.data_dir, settings.public_url)
    settings = settings.model_copy(update={"private_hosts": simulators.private_hosts})
    try:
        async with _built(settings, with_work=False) as built:
            made = await seed.seed(built, simulators.inboxes())
            for kind, inbox in made.items():
                simulators.connect(kind, inbox.id, inbox.slug)
            routes = [Route(m, p, h, Access.PUBLIC) for m, p, h in page.routes()]
            app = make_app(built, routes)
            app[page.SIMULATORS] = simulators
            crew = Crew(built)
            crew.start()
            try:
                await serve_app(app, host, port, ready=lambda: _welcome(settings.public_url))
            finally:
                await crew.stop()
    finally:
        await simulators.stop()


@asynccontextmanager
async def _started(settings: Settings, *, with_work: bool) -> AsyncIterator[Services]:
    with alone(settings):
        async with _built(settings, with_work=with_work) as built:
            yield built


@asynccontextmanager
async def _built(settings: Settings, *, with_work: bool) -> AsyncIterator[Services]:
    built = services.build(settings)
    built.database.create()
    await built.start()
    crew = Crew(built) if with_work else None
    if crew:
        crew.start()
    try:
        yield built
    finally:
        if crew:
            await crew.stop()
        await built.close()


def _welcome(base: str) -> None:
    click.echo(
        f"""
  Inbox is running.

    The agents' inbox    {base}
                         sign in as {seed.OWNER_EMAIL} with the password {seed.PASSWORD}
    Play the customer    {base}/simulators
                         by e-mail, SMS, Telegram, web chat and web form

  Stop with Ctrl-C. The data is kept for the next start.
"""
    )
