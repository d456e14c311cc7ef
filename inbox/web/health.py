"""Whether the process lives, and whether it can work."""

import sqlalchemy as sa
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from inbox.web import keys


async def alive(request: web.Request) -> web.Response:  # noqa: ARG001  the shape of a handler
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """503 while the database does not answer."""
    try:
        await request.app[keys.SERVICES].database.read(lambda s: s.execute(sa.text("SELECT 1")))
    except SQLAlchemyError:
        return web.json_response({"status": "database does not answer"}, status=503)
    return web.json_response({"status": "ok"})
