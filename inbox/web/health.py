"""Whether the process lives, and whether it can work."""

from aiohttp import web

from inbox.web.watching import WATCHING


async def alive(request: web.Request) -> web.Response:  # noqa: ARG001  the shape of a handler
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """503 while the database does not answer, or takes nothing.

    What waits too long is said without a name, and stops no traffic: other servers are to blame.
    """
    watching = request.app[WATCHING]
    if not await watching.takes_writes():
        return web.json_response({"status": "the database takes nothing"}, status=503)
    late = watching.seen.late
    status = "something waits" if watching.seen.is_late else "ok"
    return web.json_response({"status": status, "late_inboxes": len(late)})
