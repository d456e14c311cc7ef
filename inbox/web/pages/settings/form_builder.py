"""The builder of a form: its fields put in order and edited, with the form itself beside them."""

from typing import Any

from aiohttp import web
from sqlmodel import Session

from inbox.channels.form import FormSettings
from inbox.desk import accounts, inboxes
from inbox.errors import Conflict, InboxError, Invalid, NotFound
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.model import Inbox
from inbox.web import asking, keys
from inbox.web.pages.settings import form_drafts, form_drawing, sections
from inbox.web.pages.settings.form_drafts import Draft
from inbox.web.render import render
from inbox.web.route import Access, Route
from inbox.web.webforms import fields as drawing
from inbox.web.webforms.pages import KIND, Drawn
from inbox.web.webforms.stamp import new_stamp

PATH = "/settings/inboxes/{id}/form"
OVERTAKEN = N_(
    "Somebody else changed this form meanwhile. What you made is below; saving it now replaces"
    " theirs."
)
SHOWN_TO_ITS_MAKER = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)


async def show(request: web.Request) -> web.StreamResponse:
    inbox, settings = await _stored(request)
    return await _page(request, inbox, form_drafts.of(settings, inbox.version))


async def update(request: web.Request) -> web.StreamResponse:
    inbox, settings = await _stored(request)
    form = await request.post()
    draft = form_drafts.read(form)
    if str(form.get("do", "")) not in {"", "save"}:
        return await _page(request, inbox, draft)
    try:
        kept = {"reply_inbox": settings.reply_inbox}
        wanted = accounts.validate(FormSettings, {**draft.values(), **kept})
        await asking.database(request).write(lambda s: _save(s, request, inbox.id, draft, wanted))
    except Invalid as error:
        return await _page(request, inbox, draft, error, status=422)
    except Conflict as error:
        inbox, settings = await _stored(request)
        draft.version = inbox.version
        return await _page(request, inbox, draft, error, status=409)
    raise web.HTTPSeeOther(f"{_path(inbox)}?saved")


async def preview(request: web.Request) -> web.StreamResponse:
    """The form as it would be; posted, as it is being built."""
    inbox, settings = await _stored(request)
    if request.method == "POST":
        settings = form_drafts.preview(form_drafts.read(await request.post()))
    drawn = Drawn(
        inbox=inbox,
        settings=settings,
        fields=drawing.empty(settings, {}),
        consent=drawing.consent_of(settings, {}, judged=False),
        stamp=new_stamp(),
    )
    response = render(request, "forms/show.html", form=drawn, preview=True, embedded=True,
                      tickets={}, names={})  # fmt: skip
    response.headers["Content-Security-Policy"] = SHOWN_TO_ITS_MAKER
    return response


ROUTES = [
    Route("GET", PATH, show, Access.ADMIN),
    Route("POST", PATH, update, Access.ADMIN),
    Route("GET", f"{PATH}/preview", preview, Access.ADMIN),
    Route("POST", f"{PATH}/preview", preview, Access.ADMIN),
]


def _path(inbox: Inbox) -> str:
    return PATH.format(id=inbox.id)


def _save(session: Session, request: web.Request, inbox_id: str, draft: Draft, to: Any) -> None:
    inbox = inboxes.get(session, inbox_id)
    if inbox.version != draft.version:
        raise Conflict(OVERTAKEN)
    vault = request.app[keys.SERVICES].vault
    inboxes.set_settings(session, inbox.id, to, "", vault=vault, by=asking.actor(request))


async def _stored(request: web.Request) -> tuple[Inbox, FormSettings]:
    inbox_id = asking.wanted(request)
    inbox = await asking.database(request).read(lambda s: inboxes.get(s, inbox_id))
    if inbox.kind != KIND:
        raise NotFound(_("There is no such form."))
    return inbox, FormSettings.model_validate(inbox.settings)


async def _page(
    request: web.Request,
    inbox: Inbox,
    draft: Draft,
    error: InboxError | None = None,
    *,
    status: int = 200,
) -> web.Response:
    context: dict[str, Any] = {
        "builder": form_drawing.draw(draft, sections.errors_of(error)),
        "problem": _(error.message) if isinstance(error, Conflict) else "",
        "inbox": inbox,
        "path": _path(inbox),
        "saved": "saved" in request.query and request.method == "GET",
        "base": request.app[keys.SERVICES].settings.public_url.rstrip("/"),
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "settings/forms/_builder.html", status=status, **context)
    return await sections.show(request, "settings/forms/form.html", status=status, **context)
