"""The customer's side of web chat: loader, frame, messages, files and the live connection."""

from collections.abc import AsyncIterator, Sequence

from aiohttp import web

from inbox.web import keys
from inbox.web.widget import files, frame, live, lobby, messages
from inbox.web.widget.answers import Handler

ROUTES: Sequence[tuple[str, str, Handler]] = (
    ("GET", "/widget.js", frame.loader),
    ("GET", "/widget/{inbox_id}", frame.show),
    ("POST", "/widget/{inbox_id}/visitors", messages.welcome),
    ("GET", "/widget/{inbox_id}/socket", live.connect),
    ("GET", "/widget/{inbox_id}/messages", messages.index),
    ("POST", "/widget/{inbox_id}/messages", messages.create),
    ("POST", "/widget/{inbox_id}/receipts", messages.acknowledge),
    ("POST", "/widget/{inbox_id}/files", files.create),
    ("GET", "/widget/{inbox_id}/files/{attachment_id}", files.show),
)


def prepare(app: web.Application) -> None:
    """Called once where the application is made, when its services are known."""
    services = app[keys.SERVICES]
    app[lobby.LOBBY] = lobby.Lobby(services.database, services.bus)
    app.cleanup_ctx.append(_keep_lobby)


async def _keep_lobby(app: web.Application) -> AsyncIterator[None]:
    async for _ in lobby.keep(app[lobby.LOBBY]):
        yield


__all__ = ["ROUTES", "prepare"]
