"""The frame of the settings: its list of sections, and forms drawn from a model."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from inbox.errors import Conflict, InboxError, Invalid
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.model import Permission
from inbox.web import fields, keys, nav
from inbox.web.render import render

SECTIONS = (
    (N_("You"), (("/profile", N_("Profile"), "user-round"),)),
    (
        N_("Workspace"),
        (
            ("/settings/workspace", N_("General"), "settings"),
            ("/settings/inboxes", N_("Inboxes"), "inbox"),
            ("/settings/health", N_("Health"), "heart-pulse"),
            ("/settings/agents", N_("Agents"), "user-round-check"),
            ("/settings/teams", N_("Teams"), "users"),
            ("/settings/business-hours", N_("Business hours"), "clock"),
            ("/settings/rules", N_("Automation rules"), "workflow"),
            ("/settings/macros", N_("Macros"), "zap"),
            ("/settings/canned-responses", N_("Canned responses"), "message-square"),
            ("/settings/interactions", N_("Calls and meetings"), "phone-call"),
        ),
    ),
    (
        N_("For programs"),
        (
            ("/settings/tokens", N_("API tokens"), "key-round"),
            ("/settings/webhooks", N_("Webhooks"), "webhook"),
            ("/settings/quarantine", N_("Quarantine"), "shield"),
        ),
    ),
)


class FormModel(BaseModel):
    """Base of the forms of these pages."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="forbid")


async def show(request: web.Request, template: str, **context: Any) -> web.Response:
    """A page within the settings' frame."""
    links = await nav.load(request)
    return render(request, template, nav=links, settings_nav=_navigation(request), **context)


async def show_form(
    request: web.Request,
    drawn: Sequence[fields.Field],
    error: InboxError | None = None,
    *,
    template: str = "settings/form.html",
    **context: Any,
) -> web.Response:
    """A form with what is wrong beside each field; the rest of it on top."""
    problem = _(error.message) if error and not any(field.error for field in drawn) else ""
    given = {
        "fields": drawn,
        "problem": problem,
        "saved": "saved" in request.query,
        "lead": "",
        "submit": _("Save"),
        "seen": "",
        "theirs": [],
        **context,
    }
    return await show(request, template, status=status_of(error), **given)


def status_of(error: InboxError | None) -> int:
    if error is None:
        return 200
    return 409 if isinstance(error, Conflict) else 422


def errors_of(error: InboxError | None, prefix: str = "") -> Mapping[str, str]:
    """Texts by field; of those whose names begin with `prefix`, without it."""
    found = error.fields if isinstance(error, Invalid) else {}
    return {name.removeprefix(prefix): text for name, text in found.items()}


def _navigation(request: web.Request) -> list[dict[str, Any]]:
    is_admin = Permission.ADMINISTER in request[keys.ROLE].permissions
    groups = SECTIONS if is_admin else SECTIONS[:1]
    return [
        {"label": _(label), "items": [_item(request, *section) for section in sections]}
        for label, sections in groups
    ]


def _item(request: web.Request, path: str, label: str, icon: str) -> dict[str, Any]:
    return {
        "path": path,
        "label": _(label),
        "icon": icon,
        "current": request.path == path or request.path.startswith(f"{path}/"),
    }
