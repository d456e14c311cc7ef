"""The whole product in this process: services, workers, web, and simulators of every provider."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from sqlmodel import Session, select

from inbox import seed
from inbox import services as composition
from inbox.model import Inbox, Workspace
from inbox.services import Services
from inbox.settings import Settings
from inbox.simulators import page as simulators_page
from inbox.simulators.providers import Simulators
from inbox.web.route import Access, Route
from inbox.web.server import make_app
from inbox.workers.crew import Crew
from tests.servers.mail import free_ports

PATIENCE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Product:
    """`url` is where browsers go; `inboxes` are by kind."""

    url: str
    services: Services
    simulators: Simulators
    inboxes: dict[str, Inbox]


@asynccontextmanager
async def running(folder: Path, private_hosts: str = "") -> AsyncIterator[Product]:
    """Put together as the demo is, with its cast and a shorter time to undo.

    `private_hosts` are more of those that may be called, beside the simulators.
    """
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    simulators = await Simulators.start(folder, url)
    settings = Settings(
        data_dir=folder,
        public_url=url,
        private_hosts=",".join(filter(None, [simulators.private_hosts, private_hosts])),
        _env_file=None,
    )
    built = composition.build(settings)
    built.database.create()
    await built.start()
    inboxes = await seed.seed(built, simulators.inboxes())
    for kind, inbox in inboxes.items():
        simulators.connect(kind, inbox.id, inbox.slug)
    built.workspace = await built.database.write(_send_soon)
    crew = Crew(built)
    crew.start()
    try:
        async with _site(built, simulators, port):
            yield Product(url, built, simulators, inboxes)
    finally:
        await crew.stop()
        await built.close()
        await simulators.stop()


async def until(true: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Waits until it holds, and says what was waited for if it never does."""
    try:
        async with asyncio.timeout(seconds):
            while not true():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within {seconds} s: {what}") from None


@asynccontextmanager
async def _site(built: Services, simulators: Simulators, port: int) -> AsyncIterator[None]:
    routes = [Route(m, p, h, Access.PUBLIC) for m, p, h in simulators_page.routes()]
    app = make_app(built, routes)
    app[simulators_page.SIMULATORS] = simulators
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield
    finally:
        await runner.cleanup()


def _send_soon(session: Session) -> Workspace:
    workspace = session.exec(select(Workspace)).one()
    workspace.undo_seconds = 1
    session.add(workspace)
    session.flush()
    return workspace
