"""The customer's side of web chat: loader, frame, messages, files and the live connection."""

from collections.abc import AsyncIterator

from aiohttp import web

from inbox.web import keys
from inbox.web.route import Access, Route
from inbox.web.widget import (
    files,
    frame,
    live,
    loader,
    lobby,
    mailing,
    messages,
    roster,
    suggestions,
    visits,
)

ROUTES = [
    Route("GET", "/widget.js", loader.built, Access.PUBLIC),
    Route("GET", "/widget/{inbox_id}/loader.js", loader.of_inbox, Access.PUBLIC),
    Route("GET", "/widget/{inbox_id}", frame.show, Access.PUBLIC),
    Route("GET", "/widget/{inbox_id}/now", frame.now, Access.PUBLIC),
    Route("POST", "/widget/{inbox_id}/visitors", messages.welcome, Access.VISITOR),
    Route("GET", "/widget/{inbox_id}/socket", live.connect, Access.VISITOR),
    Route("GET", "/widget/{inbox_id}/messages", messages.index, Access.VISITOR),
    Route("POST", "/widget/{inbox_id}/messages", messages.create, Access.VISITOR),
    Route("POST", "/widget/{inbox_id}/receipts", messages.acknowledge, Access.VISITOR),
    Route("POST", "/widget/{inbox_id}/files", files.create, Access.VISITOR),
    Route("GET", "/widget/{inbox_id}/files/{attachment_id}", files.show, Access.VISITOR),
    Route("POST", "/widget/{inbox_id}/visits", visits.create, Access.VISITOR),
    Route("POST", "/widget/{inbox_id}/addresses", mailing.name_address, Access.VISITOR),
    Route("POST", "/widget/{inbox_id}/transcripts", mailing.send_transcript, Access.VISITOR),
    Route("GET", "/widget/{inbox_id}/suggestions", suggestions.index, Access.VISITOR),
]


def prepare(app: web.Application) -> None:
    """Called once where the application is made, when its services are known."""
    services = app[keys.SERVICES]
    app[lobby.LOBBY] = lobby.Lobby(services.database, services.bus)
    app[roster.ROSTER] = roster.Roster(services.bus)
    app[suggestions.SUGGEST] = []
    app.cleanup_ctx.append(_keep_lobby)
    app.on_shutdown.append(_close_lobby)


async def _keep_lobby(app: web.Application) -> AsyncIterator[None]:
    async for _ in lobby.keep(app[lobby.LOBBY]):
        yield


async def _close_lobby(app: web.Application) -> None:
    app[lobby.LOBBY].close()


__all__ = ["ROUTES", "prepare"]
