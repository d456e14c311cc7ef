"""Saved views: put together in a form without groups; nested ones are kept as the API made them."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from aiohttp import web
from sqlmodel import Session

from inbox.desk import listing
from inbox.errors import Forbidden, InboxError, Invalid
from inbox.i18n import gettext as _
from inbox.model import SavedView
from inbox.routing import view_conditions, views
from inbox.routing.fields import OPERATOR_LABELS
from inbox.routing.views import ViewValues
from inbox.web import asking, keys, nav, view_rows
from inbox.web.render import render
from inbox.web.route import Access, Route

PATH = "/saved-views"
ROWS = 6


async def new(request: web.Request) -> web.StreamResponse:
    return await _form(request, {"combine": "all", "rows": []}, title=_("New view"))


async def create(request: web.Request) -> web.StreamResponse:
    form, by = await request.post(), asking.actor(request)
    shared = bool(form.get("shared")) and nav.administers(request)

    def work(session: Session) -> str:
        names = view_rows.names(session)
        values = view_rows.values(form, names)
        owner_id = None if shared else request[keys.AGENT].id
        return views.add(session, values, owner_id=owner_id, by=by).id

    try:
        view_id = await asking.database(request).write(work)
    except InboxError as error:
        return await _form(request, view_rows.typed(form), error, title=_("New view"))
    raise web.HTTPSeeOther(f"/views/saved/{view_id}")


async def show(request: web.Request) -> web.StreamResponse:
    view = await _known(request)
    return await _form(request, {"name": view.name}, title=view.name, view=view)


async def update(request: web.Request) -> web.StreamResponse:
    form, by, view = await request.post(), asking.actor(request), await _known(request)
    _refuse_shared(request, view)

    def work(session: Session) -> None:
        fresh = views.get(session, view.id, request[keys.AGENT].id)
        values = view_rows.values(form, view_rows.names(session))
        if "nested" in form:
            values = ViewValues(name=values.name, conditions=fresh.conditions)
        views.change(session, fresh, values, by=by)

    try:
        await asking.database(request).write(work)
    except InboxError as error:
        return await _form(request, view_rows.typed(form), error, title=view.name, view=view)
    raise web.HTTPSeeOther(f"/views/saved/{view.id}")


async def remove(request: web.Request) -> web.StreamResponse:
    view, by = await _known(request), asking.actor(request)
    _refuse_shared(request, view)
    agent_id = request[keys.AGENT].id
    await asking.database(request).write(
        lambda s: views.remove(s, views.get(s, view.id, agent_id), by=by)
    )
    raise web.HTTPSeeOther("/views/mine")


async def counts(request: web.Request) -> web.StreamResponse:
    """The numbers beside the views, after the page: counting waits for nobody."""
    known = await nav.look(request)
    agent_id = request[keys.AGENT].id

    def work(session: Session) -> dict[str, int]:
        return {
            f"view-{view.id}": views.count(session, view, agent_id, known.inbox_ids)
            for view in known.views
        }

    found = await asking.database(request).read(work)
    return render(request, "saved_views/counts.html", counts=found)


def page(
    session: Session,
    view: listing.View,
    agent_id: str,
    inbox_ids: Collection[str] | None,
    cursor: str | None,
) -> listing.Page:
    """A page of a view's conversations, for the list."""
    saved = views.get(session, view.id or "", agent_id)
    found = views.page(session, saved, view.status, agent_id, inbox_ids, cursor=cursor or "")
    shown = listing.rows(session, [one.id for one in found.items])
    return listing.Page([shown[one.id] for one in found.items], found.next)


ROUTES = [
    Route("GET", f"{PATH}/new", new, Access.AGENT),
    Route("POST", f"{PATH}/new", create, Access.AGENT),
    Route("GET", f"{PATH}/counts", counts, Access.AGENT),
    Route("GET", f"{PATH}/{{id}}", show, Access.AGENT),
    Route("POST", f"{PATH}/{{id}}", update, Access.AGENT),
    Route("POST", f"{PATH}/{{id}}/delete", remove, Access.AGENT),
]


async def _known(request: web.Request) -> SavedView:
    view_id, agent_id = asking.wanted(request), request[keys.AGENT].id
    return await asking.database(request).read(lambda s: views.get(s, view_id, agent_id))


def _refuse_shared(request: web.Request, view: SavedView) -> None:
    if view.owner_id is None and not nav.administers(request):
        raise Forbidden("This view is everybody's. An administrator can change it.")


async def _form(
    request: web.Request,
    given: Mapping[str, Any],
    error: InboxError | None = None,
    *,
    title: str,
    view: SavedView | None = None,
) -> web.Response:
    names = await asking.database(request).read(view_rows.names)
    shown = dict(given)
    if view and "rows" not in shown:
        shown |= view_rows.shown(view.conditions, names)
    lines = [*shown.get("rows", [])][: ROWS * 4]
    lines += [{}] * max(2, ROWS - len(lines))
    return render(
        request, "saved_views/form.html", status=422 if error else 200,
        nav=await nav.load(request), title=title, view=view, given=shown, lines=lines,
        problem=_problem(error), fields=view_conditions.fields(), operators=OPERATOR_LABELS,
        suggestions=sorted({*names.by_name, "me"}), may_share=nav.administers(request),
        may_change=view is None or view.owner_id is not None or nav.administers(request),
        nested=json.dumps(view.conditions, ensure_ascii=False, indent=2)
        if view and shown.get("nested") else "",
    )  # fmt: skip


def _problem(error: InboxError | None) -> str:
    if isinstance(error, Invalid) and error.fields:
        return " ".join(f"{_place(name)}{_(text)}" for name, text in error.fields.items())
    return _(error.message) if error else ""


def _place(name: str) -> str:
    """The last part of conditions.all.1, as people count lines."""
    last = name.rpartition(".")[2]
    return _("Line %(number)s: ") % {"number": int(last) + 1} if last.isdecimal() else ""
