"""Macros: what each does is chosen in one form, and done from top to bottom."""

from collections.abc import Mapping
from typing import Any, Literal

from aiohttp import web
from pydantic import Field
from sqlmodel import Session

from inbox.desk import agents, teams
from inbox.errors import InboxError, Invalid
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.model import Macro
from inbox.routing import macros
from inbox.routing.macros import MacroValues
from inbox.web import asking, fields, forms
from inbox.web.pages.settings import sections
from inbox.web.route import Access, Route

PATH = "/settings/macros"
STATUSES = (
    ("", N_("Leave it")), ("open", N_("Open")), ("waiting", N_("Waiting")),
    ("resolved", N_("Done")), ("spam", N_("Spam")),
)  # fmt: skip
PRIORITIES = (
    ("", N_("Leave it")), ("4", N_("Urgent")), ("3", N_("High")), ("2", N_("Normal")),
    ("1", N_("Low")), ("0", N_("None")),
)  # fmt: skip


class MacroForm(sections.FormModel):
    """One field an action, in the order in which they are done."""

    name: str = Field(title=N_("Name"), min_length=1, max_length=120)
    send_reply: str = Field(
        "", title=N_("Answer the customer"), max_length=10_000,
        description=N_("{{contact.first_name}} and the other variables of rules are filled in."),
        json_schema_extra={"kind": "textarea"},
    )  # fmt: skip
    add_note: str = Field(
        "", title=N_("Leave a note"), max_length=10_000, json_schema_extra={"kind": "textarea"}
    )
    add_tags: list[str] = Field(
        default_factory=list, title=N_("Add tags"), description=N_("One a line.")
    )
    set_priority: Literal["", "0", "1", "2", "3", "4"] = Field("", title=N_("Priority"))
    assign_team: str = Field("", title=N_("Pass it to a team"))
    assign_agent: str = Field("", title=N_("Assign it to"))
    set_status: Literal["", "open", "waiting", "resolved", "spam"] = Field("", title=N_("Status"))


PARAMETERS = {
    "send_reply": "text", "add_note": "text", "add_tags": "tags", "set_priority": "priority",
    "assign_team": "team_id", "assign_agent": "agent_id", "set_status": "status",
}  # fmt: skip


async def index(request: web.Request) -> web.StreamResponse:
    found = await asking.database(request).read(macros.every)
    return await sections.show(request, "settings/macros/index.html", macros=found)


async def new(request: web.Request) -> web.StreamResponse:
    return await _form(request, {}, title=_("Add a macro"))


async def create(request: web.Request) -> web.StreamResponse:
    values, by = await forms.posted(request, MacroForm), asking.actor(request)
    try:
        form = forms.validated(MacroForm, values)
        wanted = MacroValues(name=form.name, actions=_actions(form))
        await asking.database(request).write(lambda s: macros.add(s, wanted, by=by))
    except Invalid as error:
        return await _form(request, values, _by_field(error), title=_("Add a macro"))
    raise web.HTTPSeeOther(PATH)


async def show(request: web.Request) -> web.StreamResponse:
    macro_id = asking.wanted(request)
    macro = await asking.database(request).read(lambda s: macros.get(s, macro_id))
    return await _form(request, _values(macro), title=macro.name, macro=macro)


async def update(request: web.Request) -> web.StreamResponse:
    """Actions that the form has no field for stay, behind those it has."""
    values, macro_id = await forms.posted(request, MacroForm), asking.wanted(request)
    by = asking.actor(request)

    def work(session: Session) -> None:
        form = forms.validated(MacroForm, values)
        wanted = [*_actions(form), *_others(macros.get(session, macro_id))]
        macros.change(session, macro_id, MacroValues(name=form.name, actions=wanted), by=by)

    try:
        await asking.database(request).write(work)
    except Invalid as error:
        macro = await asking.database(request).read(lambda s: macros.get(s, macro_id))
        return await _form(request, values, _by_field(error), title=macro.name, macro=macro)
    raise web.HTTPSeeOther(PATH)


async def remove(request: web.Request) -> web.StreamResponse:
    macro_id, by = asking.wanted(request), asking.actor(request)
    await asking.database(request).write(lambda s: macros.remove(s, macro_id, by=by))
    raise web.HTTPSeeOther(PATH)


ROUTES = [
    Route("GET", PATH, index, Access.ADMIN),
    Route("GET", f"{PATH}/new", new, Access.ADMIN),
    Route("POST", f"{PATH}/new", create, Access.ADMIN),
    Route("GET", f"{PATH}/{{id}}", show, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}", update, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/delete", remove, Access.ADMIN),
]


def _actions(form: MacroForm) -> list[dict[str, Any]]:
    given = form.model_dump()
    return [
        {"action": name, "parameters": {parameter: _plain(name, given[name])}}
        for name, parameter in PARAMETERS.items()
        if given[name]
    ]


def _plain(name: str, value: Any) -> Any:
    return int(value) if name == "set_priority" else value


def _shown(action: Mapping[str, Any]) -> Any:
    value = (action.get("parameters") or {}).get(PARAMETERS[action["action"]])
    return value if isinstance(value, list) else str(value)


def _values(macro: Macro) -> dict[str, Any]:
    found: dict[str, Any] = {"name": macro.name}
    for action in macro.actions:
        if action["action"] in PARAMETERS:
            found.setdefault(action["action"], _shown(action))
    return found


def _others(macro: Macro) -> list[dict[str, Any]]:
    seen: set[str] = set()
    kept = []
    for action in macro.actions:
        if action["action"] not in PARAMETERS or action["action"] in seen:
            kept.append(action)
        seen.add(action["action"])
    return kept


def _by_field(error: Invalid) -> Invalid:
    """What is wrong with an action stands on top of the form, with the action's own words."""
    faults = {name: text for name, text in error.fields.items() if not name.startswith("actions")}
    others = [text for name, text in error.fields.items() if name.startswith("actions")]
    return Invalid(" ".join(map(_, others)), faults) if others else error


async def _form(
    request: web.Request, values: dict[str, Any], error: InboxError | None = None, **context: Any
) -> web.Response:
    people, groups = await asking.database(request).read(
        lambda s: (agents.every(s), teams.every(s))
    )
    nobody = ("", _("Leave it"))
    options = {
        "set_status": [(value, _(label)) for value, label in STATUSES],
        "set_priority": [(value, _(label)) for value, label in PRIORITIES],
        "assign_team": [nobody, *((team.id, team.name) for team in groups)],
        "assign_agent": [nobody, *((a.id, a.name) for a, _role in people if a.active)],
    }
    drawn = fields.describe(MacroForm, values, sections.errors_of(error), options)
    return await sections.show_form(
        request, drawn, error, template="settings/macros/form.html", back=PATH, **context
    )
