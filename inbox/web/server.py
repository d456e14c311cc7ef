"""The web application: routes, middlewares, and what starts and stops with it."""

from collections.abc import AsyncGenerator, Sequence
from functools import partial

import aiohttp
from aiohttp import web

from inbox.services import Services
from inbox.web import keys, pushes, watching, widget
from inbox.web.api import stream
from inbox.web.middlewares import MIDDLEWARES, keep_no_error
from inbox.web.realtime import HUB, Hub
from inbox.web.render import STATIC
from inbox.web.route import Route
from inbox.web.routes import ROUTES

MAX_BODY_BYTES = 30 * 1024 * 1024


def make_app(services: Services, extra: Sequence[Route] = ()) -> web.Application:
    """`extra` routes are public; the demo's simulators come in by it."""
    app = web.Application(middlewares=MIDDLEWARES, client_max_size=MAX_BODY_BYTES)
    app[keys.SERVICES] = services
    for route in [*ROUTES, *extra]:
        app.router.add_route(route.method, route.path, route.handler)
    STATIC.mkdir(parents=True, exist_ok=True)
    app.router.add_static("/static", STATIC)
    app[watching.WATCHING] = watching.Watching(services)
    app.cleanup_ctx.append(watching.start)
    app.cleanup_ctx.append(_live)
    widget.prepare(app)
    app.on_response_prepare.append(keep_no_error)
    stream.prepare(app)
    app.on_shutdown.append(_tell_sockets)
    return app


async def _live(app: web.Application) -> AsyncGenerator[None]:
    hub = Hub(app[keys.SERVICES])
    app[HUB] = hub
    app[watching.WATCHING].tell = partial(_tell_standing, app)
    await hub.start()
    yield
    await hub.close()


def _tell_standing(app: web.Application) -> None:
    standing = app[watching.WATCHING].standing
    app[HUB].tell_all(lambda role: pushes.draw_standing(standing, role))


async def _tell_sockets(app: web.Application) -> None:
    """So that browsers come back by themselves, spread over a few seconds."""
    await app[HUB].dismiss(aiohttp.WSCloseCode.SERVICE_RESTART)
