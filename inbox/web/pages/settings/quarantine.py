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
HEAD_BYTES = 4000


async def index(request: web.Request) -> web.StreamResponse:
    before = request.query.get("before", "")
    rows = await asking.database(request).read(lambda s: _quarantined(s, before))
    more = f"{PATH}?before={rows[PAGE - 1][0].id}" if len(rows) > PAGE else ""
    return await sections.show(
        request, "settings/quarantine/index.html", rows=rows[:PAGE], next=more
    )


async def show(request: web.Request) -> web.StreamResponse:
    """As text, whatever it is; what can't be read of it is only for saving."""
    arrival_id = asking.wanted(request)

    def work(session: Any) -> tuple[Arrival, Inbox]:
        arrival = arrivals.get(session, arrival_id)
        return arrival, session.get_one(Inbox, arrival.inbox_id)

    arrival, inbox = await asking.database(request).read(work)
    head = (await _content(request, arrival))[:HEAD_BYTES].decode(errors="replace")
    return await sections.show(
        request, "settings/quarantine/show.html", arrival=arrival, inbox=inbox,
        head=head.replace("\x00", "\ufffd"),
    )  # fmt: skip


async def raw(request: web.Request) -> web.StreamResponse:
    """The bytes as they came, for saving only: a browser must never run them."""
    arrival_id = asking.wanted(request)
    arrival = await asking.database(request).read(lambda s: arrivals.get(s, arrival_id))
    return web.Response(
        body=await _content(request, arrival),
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
    Route("GET", f"{PATH}/{{id}}", show, Access.ADMIN),
    Route("GET", f"{PATH}/{{id}}/raw", raw, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/release", release, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/discard", discard, Access.ADMIN),
]


async def _content(request: web.Request, arrival: Arrival) -> bytes:
    if arrival.raw is not None:
        return arrival.raw
    if not arrival.digest:
        raise NotFound("The raw bytes of this arrival are gone.")
    return await request.app[keys.SERVICES].files.get(arrival.digest)


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
