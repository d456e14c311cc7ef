"""Proactive messages of a web chat: which page, after how long, and what is said."""

from typing import Any

from aiohttp import web
from pydantic import Field

from inbox.desk import inboxes, proactive
from inbox.desk.proactive import KIND, Said
from inbox.errors import InboxError, Invalid, NotFound
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.model import Inbox, ProactiveMessage
from inbox.web import asking, fields, forms
from inbox.web.pages.settings import sections
from inbox.web.route import Access, Route

PATH = "/settings/inboxes/{id}/proactive"
ONE = f"{PATH}/{{message}}"


class ProactiveForm(sections.FormModel):
    text: str = Field(
        title=N_("Text"), min_length=1, max_length=500, json_schema_extra={"kind": "textarea"}
    )
    pages: str = Field(
        "", title=N_("Pages"), max_length=1000, json_schema_extra={"kind": "textarea"},
        description=N_(
            "One pattern a line, like /pricing* or https://shop.example/*. Empty: every page."
        ),
    )  # fmt: skip
    seconds: int = Field(
        30, title=N_("Seconds on the page before"), ge=0, le=proactive.LONGEST_WAIT
    )
    when_open: bool = Field(
        True, title=N_("Only while we are open"),
        description=N_("By the business hours of the inbox."),
    )  # fmt: skip
    enabled: bool = Field(True, title=N_("Switched on"))


async def index(request: web.Request) -> web.StreamResponse:
    inbox_id = asking.wanted(request)

    def work(session: Any) -> dict[str, Any]:
        return {
            "inbox": _chat(session, inbox_id),
            "messages": proactive.every(session, inbox_id),
        }

    found = await asking.database(request).read(work)
    return await sections.show(request, "settings/inboxes/proactive.html", **found)


async def new(request: web.Request) -> web.StreamResponse:
    await asking.database(request).read(lambda s: _chat(s, asking.wanted(request)))
    return await _form(request, {})


async def create(request: web.Request) -> web.StreamResponse:
    values, inbox_id = await forms.posted(request, ProactiveForm), asking.wanted(request)
    try:
        said = Said(**forms.validated(ProactiveForm, values).model_dump())
        await asking.database(request).write(
            lambda s: proactive.create(s, inbox_id, said, by=asking.actor(request))
        )
    except Invalid as error:
        return await _form(request, values, error)
    raise web.HTTPSeeOther(_list(request))


async def show(request: web.Request) -> web.StreamResponse:
    message = await asking.database(request).read(lambda s: _stored(s, request))
    return await _form(request, message.model_dump(include=set(ProactiveForm.model_fields)))


async def update(request: web.Request) -> web.StreamResponse:
    values = await forms.posted(request, ProactiveForm)
    try:
        changes = forms.validated(ProactiveForm, values).model_dump()
        await asking.database(request).write(
            lambda s: proactive.update(s, _stored(s, request).id, changes, by=asking.actor(request))
        )
    except Invalid as error:
        return await _form(request, values, error)
    raise web.HTTPSeeOther(_list(request))


async def delete(request: web.Request) -> web.StreamResponse:
    await asking.database(request).write(
        lambda s: proactive.remove(s, _stored(s, request).id, by=asking.actor(request))
    )
    raise web.HTTPSeeOther(_list(request))


ROUTES = [
    Route("GET", PATH, index, Access.ADMIN),
    Route("GET", f"{PATH}/new", new, Access.ADMIN),
    Route("POST", f"{PATH}/new", create, Access.ADMIN),
    Route("GET", ONE, show, Access.ADMIN),
    Route("POST", ONE, update, Access.ADMIN),
    Route("POST", f"{ONE}/delete", delete, Access.ADMIN),
]


def _list(request: web.Request) -> str:
    return PATH.format(id=asking.wanted(request))


def _chat(session: Any, inbox_id: str) -> Inbox:
    inbox = inboxes.get(session, inbox_id)
    if inbox.kind != KIND:
        raise NotFound("There is no such web chat.")
    return inbox


def _stored(session: Any, request: web.Request) -> ProactiveMessage:
    """Of this inbox and no other."""
    message = proactive.get(session, asking.wanted(request, "message"))
    if message.inbox_id != asking.wanted(request):
        raise NotFound("There is no such proactive message.")
    return message


async def _form(
    request: web.Request, values: dict[str, Any], error: InboxError | None = None
) -> web.Response:
    drawn = fields.describe(ProactiveForm, values, sections.errors_of(error))
    is_new = "message" not in request.match_info
    return await sections.show_form(
        request, drawn, error, template="settings/inboxes/proactive_form.html",
        back=_list(request), title=_("New proactive message") if is_new else _("Proactive message"),
        removable="" if is_new else f"{request.path}/delete",
    )  # fmt: skip
