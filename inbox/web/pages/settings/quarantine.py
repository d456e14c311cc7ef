"""Quarantine: what could not be understood; looked at, released or thrown away by a person."""

from typing import Any

from aiohttp import web
from sqlmodel import col, select

from inbox.desk import arrivals
from inbox.errors import NotFound
from inbox.model import Arrival, ArrivalState, Inbox
from inbox.web import asking, keys
from inbox.web.pages.settings import sections
from inbox.web.route import Access, Route

PATH = "/settings/quarantine"
PAGE = 50


async def index(request: web.Request) -> web.StreamResponse:
    before = request.query.get("before", "")
    rows = await asking.database(request).read(lambda s: _quarantined(s, before))
    more = f"{PATH}?before={rows[PAGE - 1][0].id}" if len(rows) > PAGE else ""
    return await sections.show(
        request, "settings/quarantine/index.html", rows=rows[:PAGE], next=more
    )


async def raw(request: web.Request) -> web.StreamResponse:
    """The bytes as they came, for saving only: a browser must never run them."""
    arrival_id = asking.wanted(request)
    arrival = await asking.database(request).read(lambda s: arrivals.get(s, arrival_id))
    content = arrival.raw
    if content is None:
        if not arrival.digest:
            raise NotFound("The raw bytes of this arrival are gone.")
        content = await request.app[keys.SERVICES].files.get(arrival.digest)
    return web.Response(
        body=content,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{arrival.id}.bin"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


async def release(request: web.Request) -> web.StreamResponse:
    arrival_id = asking.wanted(request)
    await asking.database(request).write(
        lambda s: arrivals.release(s, arrival_id, by=asking.actor(request))
    )
    raise web.HTTPSeeOther(PATH)


async def discard(request: web.Request) -> web.StreamResponse:
    arrival_id = asking.wanted(request)
    await asking.database(request).write(
        lambda s: arrivals.discard(s, arrival_id, by=asking.actor(request))
    )
    raise web.HTTPSeeOther(PATH)


ROUTES = [
    Route("GET", PATH, index, Access.ADMIN),
    Route("GET", f"{PATH}/{{id}}/raw", raw, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/release", release, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/discard", discard, Access.ADMIN),
]


def _quarantined(session: Any, before: str) -> list[tuple[Arrival, Inbox]]:
    """The latest first, one more than a page."""
    query = (
        select(Arrival, Inbox)
        .join(Inbox, col(Inbox.id) == col(Arrival.inbox_id))
        .where(Arrival.state == ArrivalState.QUARANTINED)
        .order_by(col(Arrival.id).desc())
        .limit(PAGE + 1)
    )
    return list(session.exec(query.where(Arrival.id < before) if before else query))
