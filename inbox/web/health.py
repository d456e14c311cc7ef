"""Whether the process lives, and whether it can work."""

import asyncio
import time

from aiohttp import web

from inbox.desk import health
from inbox.services import Services
from inbox.web import keys

PROBE_SECONDS = 5.0  # a write of anybody within them says as much, and costs nothing
PATIENCE = 3.0


async def alive(request: web.Request) -> web.Response:  # noqa: ARG001  the shape of a handler
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """503 while the database does not answer, or takes nothing."""
    if await _takes_writes(request.app[keys.SERVICES]):
        return web.json_response({"status": "ok"})
    return web.json_response({"status": "the database takes nothing"}, status=503)


async def _takes_writes(services: Services) -> bool:
    outage = services.database.outage
    if time.monotonic() - outage.written_at >= PROBE_SECONDS or outage.is_on:
        try:
            async with asyncio.timeout(PATIENCE):
                await services.database.write(health.probe)
        except Exception:  # noqa: BLE001  which one does not matter to who asks
            return False
    return not outage.is_on
