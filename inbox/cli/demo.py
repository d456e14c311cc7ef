"""The demo: a seeded workspace, and simulators of every channel."""

import click

from inbox import seed
from inbox.cli.alone import alone
from inbox.cli.running import put_together
from inbox.settings import Settings
from inbox.simulators import page
from inbox.simulators.providers import SIMULATORS, Simulators
from inbox.web.route import Access, Route
from inbox.web.server import make_app
from inbox.web.serving import serve as serve_app
from inbox.workers.crew import Crew


async def demo(settings: Settings, host: str, port: int) -> None:
    """Simulators first, so that their ports are among the hosts that may be called."""
    with alone(settings):
        await _demo(settings, host, port)


async def _demo(settings: Settings, host: str, port: int) -> None:
    simulators = await Simulators.start(settings.data_dir, settings.public_url)
    settings = settings.model_copy(update={"private_hosts": simulators.private_hosts})
    try:
        async with put_together(settings, with_work=False) as built:
            made = await seed.seed(built, simulators.inboxes())
            for kind, inbox in made.items():
                simulators.connect(kind, inbox.id, inbox.slug)
            routes = [Route(m, p, h, Access.PUBLIC) for m, p, h in page.routes()]
            app = make_app(built, routes)
            app[SIMULATORS] = simulators
            crew = Crew(built)
            crew.start()
            try:
                await serve_app(app, host, port, ready=lambda: _welcome(settings.public_url))
            finally:
                await crew.stop()
    finally:
        await simulators.stop()


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
