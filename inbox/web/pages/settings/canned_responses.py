"""Canned responses: written once, inserted by every agent."""

from typing import Any

from aiohttp import web
from pydantic import Field

from inbox.desk import teams
from inbox.errors import InboxError, Invalid
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.routing import canned
from inbox.routing.canned import CannedValues
from inbox.web import asking, fields, forms
from inbox.web.pages.settings import sections
from inbox.web.route import Access, Route

PATH = "/settings/canned-responses"


class CannedForm(sections.FormModel):
    """One canned response."""

    name: str = Field(title=N_("Name"), min_length=1, max_length=120)
    text: str = Field(
        title=N_("Text"), min_length=1, max_length=10_000,
        description=N_(
            "{{contact.first_name}}, {{agent.first_name}} and the other variables are filled in."
        ),
        json_schema_extra={"kind": "textarea"},
    )  # fmt: skip
    team_id: str | None = Field(None, title=N_("For whom"))


async def index(request: web.Request) -> web.StreamResponse:
    found, groups = await asking.database(request).read(
        lambda s: (canned.every(s), {team.id: team.name for team in teams.every(s)})
    )
    return await sections.show(
        request, "settings/canned_responses/index.html", canned=found, teams=groups
    )


async def new(request: web.Request) -> web.StreamResponse:
    return await _form(request, {}, title=_("Add a canned response"))


async def create(request: web.Request) -> web.StreamResponse:
    values, by = await forms.posted(request, CannedForm), asking.actor(request)
    try:
        wanted = CannedValues(**forms.validated(CannedForm, values).model_dump())
        await asking.database(request).write(lambda s: canned.add(s, wanted, by=by))
    except Invalid as error:
        return await _form(request, values, error, title=_("Add a canned response"))
    raise web.HTTPSeeOther(PATH)


async def show(request: web.Request) -> web.StreamResponse:
    canned_id = asking.wanted(request)
    one = await asking.database(request).read(lambda s: canned.get(s, canned_id))
    values = one.model_dump(include=set(CannedForm.model_fields))
    return await _form(request, values, title=one.name, canned_id=one.id)


async def update(request: web.Request) -> web.StreamResponse:
    values, by = await forms.posted(request, CannedForm), asking.actor(request)
    canned_id = asking.wanted(request)
    try:
        wanted = CannedValues(**forms.validated(CannedForm, values).model_dump())
        await asking.database(request).write(lambda s: canned.change(s, canned_id, wanted, by=by))
    except Invalid as error:
        title = _("Canned response")
        return await _form(request, values, error, title=title, canned_id=canned_id)
    raise web.HTTPSeeOther(PATH)


async def remove(request: web.Request) -> web.StreamResponse:
    canned_id, by = asking.wanted(request), asking.actor(request)
    await asking.database(request).write(lambda s: canned.remove(s, canned_id, by=by))
    raise web.HTTPSeeOther(PATH)


ROUTES = [
    Route("GET", PATH, index, Access.ADMIN),
    Route("GET", f"{PATH}/new", new, Access.ADMIN),
    Route("POST", f"{PATH}/new", create, Access.ADMIN),
    Route("GET", f"{PATH}/{{id}}", show, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}", update, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/delete", remove, Access.ADMIN),
]


async def _form(
    request: web.Request, values: dict[str, Any], error: InboxError | None = None, **context: Any
) -> web.Response:
    groups = await asking.database(request).read(teams.every)
    everybody = ("", _("Everybody"))
    options = {"team_id": [everybody, *((team.id, team.name) for team in groups)]}
    drawn = fields.describe(CannedForm, values, sections.errors_of(error), options)
    return await sections.show_form(
        request, drawn, error, template="settings/canned_responses/form.html", back=PATH,
        **context,
    )  # fmt: skip
