"""Search over messages and contacts: a page, and the palette's fragment."""

from collections.abc import Sequence

from aiohttp import web
from sqlmodel import Session

from inbox.desk import search
from inbox.web import asking, keys, nav
from inbox.web.render import render
from inbox.web.route import Access, Route

IN_PALETTE = 12
SHORTEST = 2


async def index(request: web.Request) -> web.Response:
    query = request.query.get("q", "").strip()
    is_fragment = request.headers.get("HX-Request") == "true"
    limit = IN_PALETTE if is_fragment else search.PAGE
    agent, role = request[keys.AGENT], request[keys.ROLE]

    def work(session: Session) -> tuple[nav.Known, Sequence[search.Hit]]:
        known = nav.read(session, agent, role)
        if len(query) < SHORTEST:
            return known, []
        return known, search.find(session, query, known.inbox_ids, limit=limit)

    known, hits = await asking.database(request).read(work)
    if is_fragment:
        return render(request, "searches/_hits.html", hits=hits, query=query)
    drawn = nav.draw(known, request.path, with_settings=nav.administers(request))
    return render(request, "searches/index.html", hits=hits, query=query, nav=drawn)


ROUTES = [Route("GET", "/searches", index, Access.AGENT)]
