"""The workspace's name, colour, language and time zone."""

from typing import Any
from zoneinfo import available_timezones

from aiohttp import web
from pydantic import Field

from inbox import i18n
from inbox.desk import workspace
from inbox.errors import Conflict, InboxError, Invalid
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.model import Workspace
from inbox.web import asking, fields, forms, keys
from inbox.web.pages.settings import overtaking, sections
from inbox.web.route import Access, Route

PATH = "/settings/workspace"

KEPT: dict[str, Any] = {"group": N_("How long things are kept")}
FOR_EVER = N_("0: for ever.")


class WorkspaceForm(sections.FormModel):
    """What everybody sees."""

    name: str = Field(title=N_("Name"), min_length=1, max_length=120)
    hue: int = Field(
        265, title=N_("Accent colour"), ge=0, le=359,
        description=N_("A step of the colour circle: 0 red, 120 green, 240 blue."),
    )  # fmt: skip
    locale: str = Field("en", title=N_("Language"), description=N_("Of pages to customers."))
    time_zone: str = Field("UTC", title=N_("Time zone"))
    undo_seconds: int = Field(
        10, title=N_("Seconds to undo a reply"), ge=0, le=workspace.LONGEST_UNDO
    )
    rule_run_days: int = Field(
        90, title=N_("Why-log of the rules, in days"), ge=0, le=workspace.MOST_DAYS,
        description=FOR_EVER, json_schema_extra=KEPT,
    )  # fmt: skip
    webhook_log_days: int = Field(
        30, title=N_("Log of the webhooks, in days"), ge=0, le=workspace.MOST_DAYS,
        description=FOR_EVER, json_schema_extra=KEPT,
    )  # fmt: skip
    remembered_answer_days: int = Field(
        7, title=N_("Answers to repeated API calls, in days"), ge=0, le=workspace.MOST_DAYS,
        description=FOR_EVER, json_schema_extra=KEPT,
    )  # fmt: skip
    inline_raw_days: int = Field(
        7, title=N_("Raw messages in the database, in days"), ge=0, le=workspace.MOST_DAYS,
        description=N_("Then they move to the file store; none is thrown away. 0: they stay."),
        json_schema_extra=KEPT,
    )  # fmt: skip


async def show(request: web.Request) -> web.StreamResponse:
    return await _form(request, await asking.database(request).read(_values))


async def update(request: web.Request) -> web.StreamResponse:
    values, seen = await forms.posted(request, WorkspaceForm), await overtaking.seen(request)
    try:
        changes = forms.validated(WorkspaceForm, values).model_dump()

        def work(session: Any) -> Workspace:
            overtaking.check(seen, _values(session))
            return workspace.update(session, changes, by=asking.actor(request))

        request.app[keys.SERVICES].workspace = await asking.database(request).write(work)
    except (Invalid, Conflict) as error:
        return await _form(request, values, error)
    raise web.HTTPSeeOther(f"{PATH}?saved")


ROUTES = [
    Route("GET", PATH, show, Access.ADMIN),
    Route("POST", PATH, update, Access.ADMIN),
]


def _values(session: Any) -> dict[str, Any]:
    return workspace.current(session).model_dump(include=set(WorkspaceForm.model_fields))


async def _form(
    request: web.Request, values: dict[str, Any], error: InboxError | None = None
) -> web.Response:
    options = {
        "locale": list(i18n.LOCALES.items()),
        "time_zone": [(name, name) for name in sorted(available_timezones())],
    }
    drawn = fields.describe(WorkspaceForm, values, sections.errors_of(error), options)
    return await sections.show_form(
        request, drawn, error, title=_("General"), back="",
        **await overtaking.context(request, WorkspaceForm, values, error, options),
    )  # fmt: skip
