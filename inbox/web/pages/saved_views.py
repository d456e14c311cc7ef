"""Saved views: put together in a form of nested conditions, as rules are."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from multidict import MultiMapping
from sqlmodel import Session

from inbox.desk import listing
from inbox.errors import Forbidden, InboxError, Invalid
from inbox.i18n import gettext as _
from inbox.model import SavedView
from inbox.routing import view_conditions, views
from inbox.routing.views import ViewValues
from inbox.web import (
    asking,
    condition_drawing,
    condition_forms,
    condition_words,
    forms,
    keys,
    nav,
)
from inbox.web.condition_forms import Node
from inbox.web.condition_words import Choices
from inbox.web.render import render
from inbox.web.route import Access, Route

PATH = "/saved-views"
NEW_FIELD = "conversation.subject"


@dataclass(slots=True)
class Draft:
    """A view as it is being edited; `changed` is the place that a button has just made."""

    name: str = ""
    conditions: Node = field(default_factory=lambda: {"all": []})
    shared: bool = False
    changed: str = ""

    def values(self) -> ViewValues:
        return forms.validated(
            ViewValues,
            {"name": self.name, "conditions": condition_forms.filled(self.conditions)},
        )


async def new(request: web.Request) -> web.StreamResponse:
    return await _form(request, Draft(), title=_("New view"))


async def create(request: web.Request) -> web.StreamResponse:
    form, by = await request.post(), asking.actor(request)
    draft, shared = _posted(form), bool(form.get("shared")) and nav.administers(request)
    if _is_button(form):
        return await _form(request, draft, title=_("New view"))

    def work(session: Session) -> str:
        owner_id = None if shared else request[keys.AGENT].id
        return views.add(session, draft.values(), owner_id=owner_id, by=by).id

    try:
        view_id = await asking.database(request).write(work)
    except InboxError as error:
        return await _form(request, draft, error, title=_("New view"))
    raise web.HTTPSeeOther(f"/views/saved/{view_id}")


async def show(request: web.Request) -> web.StreamResponse:
    view = await _known(request)
    draft = Draft(name=view.name, conditions=condition_forms.of(view.conditions))
    return await _form(request, draft, title=view.name, view=view)


async def update(request: web.Request) -> web.StreamResponse:
    form, by, view = await request.post(), asking.actor(request), await _known(request)
    _refuse_shared(request, view)
    draft = _posted(form)
    if _is_button(form):
        return await _form(request, draft, title=view.name, view=view)

    def work(session: Session) -> None:
        fresh = views.get(session, view.id, request[keys.AGENT].id)
        views.change(session, fresh, draft.values(), by=by)

    try:
        await asking.database(request).write(work)
    except InboxError as error:
        return await _form(request, draft, error, title=view.name, view=view)
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


def _posted(form: MultiMapping[Any]) -> Draft:
    draft = Draft(
        name=str(form.get("name", "")).strip(),
        conditions=condition_forms.read(form),
        shared=bool(form.get("shared")),
    )
    draft.changed = condition_forms.change(draft.conditions, str(form.get("do", "")), NEW_FIELD)
    return draft


def _is_button(form: MultiMapping[Any]) -> bool:
    """One of those that change the form; nothing is saved."""
    return str(form.get("do", "")) not in {"", "save"}


async def _form(
    request: web.Request,
    draft: Draft,
    error: InboxError | None = None,
    *,
    title: str,
    view: SavedView | None = None,
) -> web.Response:
    known = await nav.load(request)
    errors = error.fields if isinstance(error, Invalid) else {}
    choices = _choices(await asking.database(request).read(condition_words.load), known)
    return render(
        request, "saved_views/form.html", status=422 if error else 200,
        nav=known, title=title, view=view, draft=draft,
        conditions=condition_drawing.drawn(draft.conditions, choices, errors, draft.changed),
        subjects=condition_drawing.subjects(view_conditions.fields()),
        errors={name: _(text) for name, text in errors.items()},
        problem=_(error.message) if error and not errors else "",
        may_share=nav.administers(request),
        may_change=view is None or view.owner_id is not None or nav.administers(request),
    )  # fmt: skip


def _choices(choices: Choices, known: nav.Nav) -> Choices:
    """Of what this agent may know; `me` is whoever looks."""
    seen = {item.key.removeprefix("inbox-") for item in known.inboxes}
    by_source = dict(choices.by_source)
    by_source["inboxes"] = [one for one in by_source["inboxes"] if one[0] in seen]
    by_source["agents"] = [(view_conditions.ME, _("Whoever looks")), *by_source["agents"]]
    return Choices(by_source)
