"""The shared inbox: lists by view, and one conversation with its contact."""

from typing import Any

from aiohttp import web

from inbox.desk import timeline
from inbox.desk.listing import View
from inbox.model import Status
from inbox.web import keys, nav
from inbox.web.pages import desk
from inbox.web.render import render
from inbox.web.route import Access, Route


async def home(request: web.Request) -> web.StreamResponse:  # noqa: ARG001  the shape of a handler
    raise web.HTTPSeeOther("/views/mine")


async def index(request: web.Request) -> web.Response:
    """One view: its tabs and rows; only the rows for htmx's next chunk."""
    view = desk.view_of(request)
    latest = await request.app[keys.SERVICES].database.read(desk.latest)
    known = await nav.look(request)
    page = await desk.rows(request, view, known)
    if "cursor" in request.query:
        return render(request, "conversations/_rows.html", **_list(view, known, page, request))
    if request.query.get("part") == "list":
        return render(
            request, "conversations/_inbox_list.html", **_list(view, known, page, request)
        )
    return render(
        request,
        "conversations/index.html",
        **_list(view, known, page, request),
        **_frame(request, known, request.path, latest),
        panes="inbox",
    )


async def show(request: web.Request) -> web.Response:
    """The conversation; as a fragment its two panes, else the page with the list beside it."""
    latest = await request.app[keys.SERVICES].database.read(desk.latest)
    opened = await desk.open_one(request)
    if request.query.get("part") == "conversation":
        return render(request, "conversations/_conversation.html", **desk.context(opened))
    if request.headers.get("HX-Request") == "true":
        return render(request, "conversations/_panes.html", **desk.context(opened))
    if request.match_info["number"] != str(opened.conversation.number):  # an id, or a merged one
        raise web.HTTPSeeOther(f"/conversations/{opened.conversation.number}")
    known = await nav.look(request)
    view = _view_beside(opened, request[keys.AGENT].id)
    page = await desk.rows(request, view, known)
    return render(
        request,
        "conversations/show.html",
        **desk.context(opened),
        **_list(view, known, page, request),
        **_frame(request, known, desk.view_path(view), latest),
        panes="inbox",
    )


async def more(request: web.Request) -> web.Response:
    """What the phone's bar has no room for."""
    return render(request, "conversations/more.html", nav=await nav.load(request))


async def older(request: web.Request) -> web.Response:
    """The messages before the one named."""
    opened = await desk.open_one(request)
    before = request.query.get("before")
    conversation_id = opened.conversation.id
    found = await request.app[keys.SERVICES].database.read(
        lambda s: timeline.entries(s, conversation_id, before=before)
    )
    return render(request, "conversations/_entries.html", **desk.context(opened), timeline=found)


def _view_beside(opened: desk.Opened, agent_id: str) -> View:
    """The list in which the conversation stands, so that a link opens with its neighbours."""
    conversation = opened.conversation
    status = conversation.status
    if conversation.assignee_id == agent_id:
        return View(kind="mine", status=status)
    if conversation.assignee_id is None:
        return View(kind="unassigned", status=status)
    return View(kind="all", status=status)


def _list(view: View, known: nav.Known, page: object, request: web.Request) -> dict[str, Any]:
    return {
        "view": view,
        "view_path": desk.view_path(view),
        "list_title": desk.title(view, known),
        "tabs": desk.tabs(view),
        "page": page,
        "has_tabs": not (view.kind == "all" and view.status is Status.SNOOZED),
        "request": request,
    }


def _frame(request: web.Request, known: nav.Known, path: str, latest: int) -> dict[str, Any]:
    """`latest` was read before the rest, so that what came in between is pushed."""
    drawn = nav.draw(known, path, with_settings=nav.administers(request))
    return {"nav": drawn, "live_after": latest}


ROUTES = [
    Route("GET", "/", home, Access.AGENT),
    Route("GET", "/more", more, Access.AGENT),
    Route("GET", "/views/{kind}", index, Access.AGENT),
    Route("GET", "/views/{kind}/{id}", index, Access.AGENT),
    Route("GET", "/conversations/{number}", show, Access.AGENT),
    Route("GET", "/conversations/{number}/messages", older, Access.AGENT),
]
