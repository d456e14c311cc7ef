"""Search over messages and contacts: a page, and the palette's fragment."""

from typing import Any

from aiohttp import web

from inbox.desk import search
from inbox.web import keys, nav
from inbox.web.render import render
from inbox.web.route import Access, Route

IN_PALETTE = 12
SHORTEST = 2


async def index(request: web.Request) -> web.Response:
    query = request.query.get("q", "").strip()
    is_fragment = request.headers.get("HX-Request") == "true"
    known = await nav.look(request)
    hits = []
    if len(query) >= SHORTEST:
        limit = IN_PALETTE if is_fragment else search.PAGE
        hits = await request.app[keys.SERVICES].database.read(
            lambda s: search.find(s, query, known.inbox_ids, limit=limit)
        )
    shown: dict[str, Any] = {"hits": hits, "query": query}
    if is_fragment:
        return render(request, "searches/_hits.html", **shown)
    drawn = nav.draw(known, request.path, with_settings=nav.administers(request))
    return render(request, "searches/index.html", **shown, nav=drawn)


ROUTES = [Route("GET", "/searches", index, Access.AGENT)]
