"""The shared inbox: lists by view, and one conversation with its contact."""

from typing import Any

from aiohttp import web
from sqlmodel import Session

from inbox.desk import conversations, trail
from inbox.desk.listing import View
from inbox.model import Conversation, Status
from inbox.web import asking, keys, nav, zones
from inbox.web.pages import desk
from inbox.web.render import render
from inbox.web.route import Access, Route


async def home(request: web.Request) -> web.StreamResponse:  # noqa: ARG001  the shape of a handler
    raise web.HTTPSeeOther("/views/mine")


async def index(request: web.Request) -> web.Response:
    """One view: its tabs and rows; only the rows for htmx's next chunk."""
    agent, role, cursor = request[keys.AGENT], request[keys.ROLE], request.query.get("cursor")
    view = desk.view_of(request)
    # the place in the trail first, so that what comes in between is pushed
    latest, listed = await asking.database(request).read(
        lambda s: (trail.latest(s), desk.read_list(s, view, agent, role, cursor))
    )
    context = _list(listed, request)
    if cursor is not None:
        return render(request, "conversations/_rows.html", **context)
    if request.query.get("part") == "list":
        return render(request, "conversations/_inbox_list.html", **context)
    frame = _frame(request, listed.known, request.path, latest)
    return render(request, "conversations/index.html", **context, **frame)


async def show(request: web.Request) -> web.Response:
    """The conversation; as a fragment its two panes, else the page with the list beside it."""
    if request.query.get("part") == "conversation":
        opened = await _open(request)
        return render(request, "conversations/_conversation.html", **desk.context(opened))
    if request.headers.get("HX-Request") == "true":
        return render(request, "conversations/_panes.html", **desk.context(await _open(request)))
    agent, role, number = request[keys.AGENT], request[keys.ROLE], request.match_info["number"]
    zone = zones.zone_of(request)

    def work(session: Session) -> tuple[int, desk.Opened, desk.Listed]:
        latest = trail.latest(session)
        conversation = conversations.get(session, number, agent, role)
        listed = desk.read_list(session, _view_beside(conversation, agent.id), agent, role)
        return latest, desk.read_one(session, conversation, agent, role, zone), listed

    latest, opened, listed = await asking.database(request).read(work)
    if number != str(opened.conversation.number):  # an id, or a merged one
        raise web.HTTPSeeOther(f"/conversations/{opened.conversation.number}")
    return render(
        request,
        "conversations/show.html",
        **desk.context(opened),
        **_list(listed, request, opened.conversation.number),
        **_frame(request, listed.known, desk.view_path(listed.view), latest),
    )


async def more(request: web.Request) -> web.Response:
    """What the phone's bar has no room for."""
    return render(request, "conversations/more.html", nav=await nav.load(request))


async def older(request: web.Request) -> web.Response:
    """The messages before the one named."""
    opened = await _open(request, before=request.query.get("before"))
    context = desk.context(opened)
    return render(request, "conversations/_entries.html", **context, timeline=opened.timeline)


async def _open(request: web.Request, before: str | None = None) -> desk.Opened:
    agent, role, number = request[keys.AGENT], request[keys.ROLE], request.match_info["number"]
    zone = zones.zone_of(request)

    def work(session: Session) -> desk.Opened:
        conversation = conversations.get(session, number, agent, role)
        return desk.read_one(session, conversation, agent, role, zone, before)

    return await asking.database(request).read(work)


def _view_beside(conversation: Conversation, agent_id: str) -> View:
    """The list in which the conversation stands, so that a link opens with its neighbours."""
    status = conversation.status
    if conversation.assignee_id == agent_id:
        return View(kind="mine", status=status)
    if conversation.assignee_id is None:
        return View(kind="unassigned", status=status)
    return View(kind="all", status=status)


def _list(listed: desk.Listed, request: web.Request, current: int | None = None) -> dict[str, Any]:
    """`current` is the number of the conversation that is open beside it."""
    view = listed.view
    return {
        "view": view,
        "view_path": desk.view_path(view),
        "list_title": desk.title(view, listed.known),
        "tabs": desk.tabs(view),
        "page": listed.page,
        "current": current,
        "has_inboxes": bool(listed.known.inboxes),
        "may_connect": nav.administers(request),
        "has_tabs": not (view.kind == "all" and view.status is Status.SNOOZED),
        "request": request,
    }


def _frame(request: web.Request, known: nav.Known, path: str, latest: int) -> dict[str, Any]:
    drawn = nav.draw(known, path, with_settings=nav.administers(request))
    return {"nav": drawn, "live_after": latest, "panes": "inbox"}


ROUTES = [
    Route("GET", "/", home, Access.AGENT),
    Route("GET", "/more", more, Access.AGENT),
    Route("GET", "/views/{kind}", index, Access.AGENT),
    Route("GET", "/views/{kind}/{id}", index, Access.AGENT),
    Route("GET", "/conversations/{number}", show, Access.AGENT),
    Route("GET", "/conversations/{number}/messages", older, Access.AGENT),
]
