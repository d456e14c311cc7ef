"""Inboxes: connected, changed, tried and switched on or off."""

from typing import Any

from aiohttp import web

from inbox.channels import registry
from inbox.channels.base import Hooked, SignsIn
from inbox.desk import arrivals, failures, inboxes
from inbox.errors import Conflict, InboxError, Invalid
from inbox.i18n import gettext as _
from inbox.model import Inbox
from inbox.web import asking, forms, keys
from inbox.web.pages.settings import inbox_forms, overtaking, sections
from inbox.web.pages.settings.inbox_forms import InboxForm, NewInboxForm
from inbox.web.route import Access, Route

PATH = "/settings/inboxes"


async def index(request: web.Request) -> web.StreamResponse:
    found, failed, quarantined = await asking.database(request).read(
        lambda s: (inboxes.every(s), failures.counts(s), arrivals.quarantined(s))
    )
    channels = request.app[keys.SERVICES].channels
    providers = {inbox.id: inbox_forms.provider(channels, inbox) for inbox in found}
    return await sections.show(
        request, "settings/inboxes/index.html", inboxes=found, kinds=registry.kinds(),
        providers=providers, failed=failed, quarantined=quarantined,
    )  # fmt: skip


async def kinds(request: web.Request) -> web.StreamResponse:
    return await sections.show(request, "settings/inboxes/kinds.html", kinds=registry.kinds())


async def new(request: web.Request) -> web.StreamResponse:
    """With `?login=google` and the like, that choice is made already."""
    chosen = {"login": request.query["login"]} if "login" in request.query else {}
    return await _new_form(request, {}, chosen)


async def create(request: web.Request) -> web.StreamResponse:
    kind = asking.wanted(request, "kind")
    values = await forms.posted(request, NewInboxForm)
    settings = await inbox_forms.posted_settings(request, kind)
    try:
        inbox = await _create(request, kind, values, settings)
    except Invalid as error:
        return await _new_form(request, values, settings, error)
    # a form is not ready before it is built
    raise web.HTTPSeeOther(f"{PATH}/{inbox.id}{'/form' if kind == 'form' else ''}?saved")


async def show(request: web.Request) -> web.StreamResponse:
    inbox, values = await _stored(request)
    return await _edit_form(request, inbox, values, inbox_forms.kept_settings(request, inbox))


async def update(request: web.Request) -> web.StreamResponse:
    inbox, _values_now = await _stored(request)
    values = await forms.posted(request, InboxForm)
    typed = await inbox_forms.posted_settings(request, inbox.kind)
    settings = {**inbox_forms.kept_settings(request, inbox), **typed}
    try:
        await _update(request, inbox, values, settings)
    except (Invalid, Conflict) as error:
        return await _edit_form(request, inbox, values, settings, error)
    raise web.HTTPSeeOther(f"{PATH}/{inbox.id}?saved")


async def switch(request: web.Request) -> web.StreamResponse:
    """On or off, from the list."""
    inbox_id = asking.wanted(request)
    enabled = (await request.post()).get("enabled") == "true"
    await asking.database(request).write(
        lambda s: inboxes.update(s, inbox_id, {"enabled": enabled}, by=asking.actor(request))
    )
    raise web.HTTPSeeOther(PATH)


async def archive(request: web.Request) -> web.StreamResponse:
    """Out of sight, or back again."""
    inbox_id = asking.wanted(request)
    archived = (await request.post()).get("archived") == "true"
    await asking.database(request).write(
        lambda s: inboxes.archive(s, inbox_id, archived, by=asking.actor(request))
    )
    raise web.HTTPSeeOther(PATH)


ROUTES = [
    Route("GET", PATH, index, Access.ADMIN),
    Route("GET", f"{PATH}/new", kinds, Access.ADMIN),
    Route("GET", f"{PATH}/new/{{kind}}", new, Access.ADMIN),
    Route("POST", f"{PATH}/new/{{kind}}", create, Access.ADMIN),
    Route("GET", f"{PATH}/{{id}}", show, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}", update, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/switch", switch, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/archive", archive, Access.ADMIN),
]


async def _create(
    request: web.Request, kind: str, values: dict[str, Any], typed: dict[str, Any]
) -> Inbox:
    channels, vault = request.app[keys.SERVICES].channels, request.app[keys.SERVICES].vault
    form, settings = inbox_forms.validated(channels, NewInboxForm, values, kind, typed)
    made = inboxes.NewInbox(
        **form.model_dump(),
        kind=kind,
        settings=settings,
        address=channels.trial(kind, "", form.name, settings).address(),
    )
    return await asking.database(request).write(
        lambda s: inboxes.create(s, made, vault=vault, by=asking.actor(request))
    )


async def _update(
    request: web.Request, inbox: Inbox, values: dict[str, Any], given: dict[str, Any]
) -> None:
    channels, vault = request.app[keys.SERVICES].channels, request.app[keys.SERVICES].vault
    form, settings = inbox_forms.validated(channels, InboxForm, values, inbox.kind, given)
    address = channels.trial(inbox.kind, inbox.id, form.name, settings).address()
    by, seen = asking.actor(request), await overtaking.seen(request)

    def work(session: Any) -> None:
        overtaking.check(seen, _values(inboxes.get(session, inbox.id), session))
        inboxes.update(session, inbox.id, form.model_dump(exclude={"agent_ids"}), by=by)
        inboxes.set_members(session, inbox.id, form.agent_ids, by=by)
        inboxes.set_settings(session, inbox.id, settings, address, vault=vault, by=by)

    await asking.database(request).write(work)


async def _stored(request: web.Request) -> tuple[Inbox, dict[str, Any]]:
    inbox_id = asking.wanted(request)

    def work(session: Any) -> tuple[Inbox, dict[str, Any]]:
        inbox = inboxes.get(session, inbox_id)
        return inbox, _values(inbox, session)

    return await asking.database(request).read(work)


def _values(inbox: Inbox, session: Any) -> dict[str, Any]:
    """Ours, and with them the version, which also grows with the channel's own settings."""
    values = inbox.model_dump(include=set(InboxForm.model_fields))
    members = sorted(inboxes.members(session, inbox.id))
    return {**values, "agent_ids": members, "version": inbox.version}


async def _new_form(
    request: web.Request,
    values: dict[str, Any],
    settings: dict[str, Any],
    error: InboxError | None = None,
) -> web.Response:
    kind = asking.wanted(request, "kind")
    channel = registry.kind(kind)
    drawn = await inbox_forms.draw(request, NewInboxForm, values, kind, settings, error)
    return await sections.show_form(
        request, drawn, error, template="settings/inboxes/form.html",
        title=_("Connect: %(channel)s") % {"channel": _(channel.label)},
        submit=_("Connect"), back=f"{PATH}/new", check_path=f"{PATH}/new/{kind}/check", inbox=None,
        signs_in=issubclass(channel, SignsIn), back_url=inbox_forms.back_url(request),
    )  # fmt: skip


async def _edit_form(
    request: web.Request,
    inbox: Inbox,
    values: dict[str, Any],
    settings: dict[str, Any],
    error: InboxError | None = None,
) -> web.Response:
    drawn = await inbox_forms.draw(request, InboxForm, values, inbox.kind, settings, error)
    services = request.app[keys.SERVICES]
    base = services.settings.public_url.rstrip("/")
    return await sections.show_form(
        request, drawn, error, template="settings/inboxes/form.html", title=inbox.name, back=PATH,
        check_path=f"{PATH}/{inbox.id}/check", inbox=inbox, base=base,
        has_hook=issubclass(registry.kind(inbox.kind), Hooked),
        provider=inbox_forms.provider(services.channels, inbox),
        signed_in="signed-in" in request.query, back_url=inbox_forms.back_url(request),
        **await inbox_forms.overtaken(request, values, error),
    )  # fmt: skip
