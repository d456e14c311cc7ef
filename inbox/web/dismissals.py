"""Closes the sockets of sessions that ended: signed out, deactivated, given another role."""

from collections.abc import Collection

import structlog
from aiohttp import WSCloseCode, web

from inbox.desk import signing_in
from inbox.services import Services

log = structlog.get_logger()

Sockets = dict[web.WebSocketResponse, str]  # each with the id of its session


async def dismiss_ended(services: Services, sockets: Sockets) -> None:
    """Until cancelled; woken whenever a session ends, in whatever process."""
    woken = services.bus.wakeup(signing_in.TOPIC)
    while True:
        await woken.wait()
        woken.clear()
        try:
            await _dismiss(services, dict(sockets))
        except Exception:
            log.exception("dismissing_failed")


async def _dismiss(services: Services, sockets: Sockets) -> None:
    alive: Collection[str] = await services.database.read(
        lambda s: signing_in.alive(s, set(sockets.values()))
    )
    for socket, session_id in sockets.items():
        if session_id not in alive:
            await socket.close(code=WSCloseCode.POLICY_VIOLATION)
