"""Webhooks: who is told what, tried with a ping, and the log of how each telling went."""

from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from pydantic import Field

from inbox.desk import inboxes, telling, webhooks
from inbox.errors import Conflict, InboxError, Invalid
from inbox.events import EventKind
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.web import asking, fields, forms, keys
from inbox.web.pages.settings import overtaking, sections
from inbox.web.route import Access, Route

PATH = "/settings/webhooks"


class NewWebhookForm(sections.FormModel):
    """Who is told, and of what."""

    url: str = Field(
        title=N_("Address"), min_length=8, max_length=2000, json_schema_extra={"kind": "url"},
        description=N_("It gets a signed POST with JSON for each event."),
    )  # fmt: skip
    inbox_id: str | None = Field(None, title=N_("Inbox"))
    events: list[str] = Field(
        default_factory=list, title=N_("Events"),
        description=N_("Without any it is told of all."),
    )  # fmt: skip


class WebhookForm(NewWebhookForm):
    """The same, once there is one."""

    enabled: bool = Field(
        True, title=N_("Switched on"),
        description=N_("What is still to be told waits while it is off."),
    )  # fmt: skip


async def index(request: web.Request) -> web.StreamResponse:
    found = await asking.database(request).read(webhooks.every)
    return await sections.show(request, "settings/webhooks/index.html", webhooks=found)


async def new(request: web.Request) -> web.StreamResponse:
    return await _form(request, NewWebhookForm, {})


async def create(request: web.Request) -> web.StreamResponse:
    """The answer is the only page that ever shows the secret."""
    values = await forms.posted(request, NewWebhookForm)
    vault = request.app[keys.SERVICES].vault
    try:
        form = forms.validated(NewWebhookForm, values)
        webhook, secret = await asking.database(request).write(
            lambda s: webhooks.create(
                s, form.url, form.events, form.inbox_id, vault=vault, by=asking.actor(request)
            )
        )
    except Invalid as error:
        return await _form(request, NewWebhookForm, values, error)
    return await sections.show(
        request, "settings/webhooks/made.html", webhook=webhook, secret=secret
    )


async def show(request: web.Request) -> web.StreamResponse:
    webhook_id = asking.wanted(request)
    values = await asking.database(request).read(lambda s: _values(s, webhook_id))
    return await _form(request, WebhookForm, values)


async def update(request: web.Request) -> web.StreamResponse:
    webhook_id, seen = asking.wanted(request), await overtaking.seen(request)
    values = await forms.posted(request, WebhookForm)
    try:
        changes = forms.validated(WebhookForm, values).model_dump()

        def work(session: Any) -> None:
            overtaking.check(seen, _values(session, webhook_id))
            webhooks.update(session, webhook_id, changes, by=asking.actor(request))

        await asking.database(request).write(work)
    except (Invalid, Conflict) as error:
        return await _form(request, WebhookForm, values, error)
    raise web.HTTPSeeOther(f"{PATH}/{webhook_id}?saved")


async def delete(request: web.Request) -> web.StreamResponse:
    webhook_id = asking.wanted(request)
    await asking.database(request).write(
        lambda s: webhooks.remove(s, webhook_id, by=asking.actor(request))
    )
    raise web.HTTPSeeOther(PATH)


async def log(request: web.Request) -> web.StreamResponse:
    webhook_id, cursor = asking.wanted(request), request.query.get("after", "")
    webhook, page = await asking.database(request).read(
        lambda s: (webhooks.get(s, webhook_id), webhooks.log(s, webhook_id, cursor))
    )
    here = f"{PATH}/{webhook_id}/log"
    more = f"{here}?{urlencode({'after': page.next})}" if page.next else ""
    return await sections.show(
        request, "settings/webhooks/log.html", webhook=webhook, page=page, next=more, here=here,
        is_working=webhook.enabled and any(each.state == "queued" for each in page.items),
    )  # fmt: skip


async def ping(request: web.Request) -> web.StreamResponse:
    webhook_id = asking.wanted(request)
    await asking.database(request).write(lambda s: telling.ping(s, webhooks.get(s, webhook_id)))
    raise web.HTTPSeeOther(f"{PATH}/{webhook_id}/log")


async def retry(request: web.Request) -> web.StreamResponse:
    webhook_id, delivery_id = asking.wanted(request), asking.wanted(request, "delivery")
    await asking.database(request).write(lambda s: telling.again(s, webhook_id, delivery_id))
    raise web.HTTPSeeOther(f"{PATH}/{webhook_id}/log")


ROUTES = [
    Route("GET", PATH, index, Access.ADMIN),
    Route("GET", f"{PATH}/new", new, Access.ADMIN),
    Route("POST", f"{PATH}/new", create, Access.ADMIN),
    Route("GET", f"{PATH}/{{id}}", show, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}", update, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/delete", delete, Access.ADMIN),
    Route("GET", f"{PATH}/{{id}}/log", log, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/ping", ping, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/log/{{delivery}}/retry", retry, Access.ADMIN),
]


def _values(session: Any, webhook_id: str) -> dict[str, Any]:
    return webhooks.get(session, webhook_id).model_dump(include=set(WebhookForm.model_fields))


async def _form(
    request: web.Request,
    model: type[NewWebhookForm],
    values: dict[str, Any],
    error: InboxError | None = None,
) -> web.Response:
    found = await asking.database(request).read(inboxes.every)
    options = {
        "inbox_id": [("", _("Every inbox")), *((inbox.id, inbox.name) for inbox in found)],
        "events": [(str(kind), str(kind)) for kind in EventKind],
    }
    drawn = fields.describe(model, values, sections.errors_of(error), options)
    webhook_id = request.match_info.get("id", "")
    return await sections.show_form(
        request, drawn, error, template="settings/webhooks/form.html", back=PATH,
        title=_("Webhook") if webhook_id else _("Add a webhook"), webhook_id=webhook_id,
        submit=_("Save") if webhook_id else _("Add"),
        **await overtaking.context(request, model, values, error, options),
    )  # fmt: skip
