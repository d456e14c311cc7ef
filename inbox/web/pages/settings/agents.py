"""Agents: who is here, with which role; added, changed, deactivated."""

import asyncio
from typing import Any

from aiohttp import web
from pydantic import Field, SecretStr

from inbox.desk import agents, passwords
from inbox.errors import Conflict, Forbidden, InboxError, Invalid
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.model import Role
from inbox.web import asking, fields, forms
from inbox.web.pages.settings import overtaking, sections
from inbox.web.route import Access, Route

PATH = "/settings/agents"
ROLE_LABELS = {"owner": N_("Owner"), "admin": N_("Administrator"), "agent": N_("Agent")}
PASSWORD_HELP = N_("8 to 128 characters. Tell it to them; they can change it in their profile.")


PASSWORD: dict[str, Any] = {"kind": "password", "autocomplete": "new-password"}


class AgentForm(sections.FormModel):
    """What an administrator decides of an agent."""

    name: str = Field(title=N_("Name"), min_length=1, max_length=200)
    email: str = Field(
        title=N_("E-mail address"), min_length=1, max_length=254,
        json_schema_extra={"kind": "email"},
    )  # fmt: skip
    role: str = Field("agent", title=N_("Role"))
    capacity: int = Field(
        20, title=N_("Capacity"), ge=0, le=1000,
        description=N_("How many open conversations are assigned automatically at most."),
    )  # fmt: skip
    password: SecretStr = Field(
        SecretStr(""), title=N_("New password"), json_schema_extra=PASSWORD,
        description=N_("For who forgot it; empty keeps the one they have."),
    )  # fmt: skip


class NewAgentForm(AgentForm):
    """The same, with a first password."""

    password: SecretStr = Field(
        title=N_("Password"), description=PASSWORD_HELP, json_schema_extra=PASSWORD
    )


async def index(request: web.Request) -> web.StreamResponse:
    found = await asking.database(request).read(agents.every)
    return await sections.show(
        request, "settings/agents/index.html", agents=found, role_labels=ROLE_LABELS
    )


async def new(request: web.Request) -> web.StreamResponse:
    return await _form(request, NewAgentForm, {})


async def create(request: web.Request) -> web.StreamResponse:
    values = await forms.posted(request, NewAgentForm)
    try:
        form = forms.validated(NewAgentForm, values)
        await _create(request, form)
    except (Invalid, Conflict, Forbidden) as error:
        return await _form(request, NewAgentForm, values, error)
    raise web.HTTPSeeOther(PATH)


async def show(request: web.Request) -> web.StreamResponse:
    agent_id = asking.wanted(request)
    values = await asking.database(request).read(lambda s: _values(s, agent_id))
    return await _form(request, AgentForm, values)


async def update(request: web.Request) -> web.StreamResponse:
    values = await forms.posted(request, AgentForm)
    try:
        await _update(request, forms.validated(AgentForm, values))
    except (Invalid, Conflict, Forbidden) as error:
        return await _form(request, AgentForm, values, error)
    raise web.HTTPSeeOther(PATH)


ROUTES = [
    Route("GET", PATH, index, Access.ADMIN),
    Route("GET", f"{PATH}/new", new, Access.ADMIN),
    Route("POST", f"{PATH}/new", create, Access.ADMIN),
    Route("GET", f"{PATH}/{{id}}", show, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}", update, Access.ADMIN),
]


async def _create(request: web.Request, form: NewAgentForm) -> None:
    password_hash = await _hash(form)
    made = agents.NewAgent(
        name=form.name, email=form.email, password_hash=password_hash, role=form.role
    )
    by = asking.actor(request)

    def work(session: Any) -> None:
        agent = agents.create(session, made, by=by)
        agents.update(session, agent.id, {"capacity": form.capacity}, by=by)

    await asking.database(request).write(work)


async def _update(request: web.Request, form: AgentForm) -> None:
    agent_id, by = asking.wanted(request), asking.actor(request)
    seen = await overtaking.seen(request)
    password_hash = await _hash(form) if form.password else ""

    def work(session: Any) -> None:
        overtaking.check(seen, _values(session, agent_id))
        changes = form.model_dump(include={"name", "email", "capacity"})
        agents.update(session, agent_id, changes, by=by)
        agents.set_role(session, agent_id, form.role, by=by)
        if password_hash:
            agents.set_password(session, agent_id, password_hash, by=by)

    await asking.database(request).write(work)


async def _hash(form: AgentForm) -> str:
    password = form.password.get_secret_value()
    passwords.check_rules(password, email=form.email)
    return await asyncio.to_thread(passwords.make_hash, password)


def _values(session: Any, agent_id: str) -> dict[str, Any]:
    agent = agents.get(session, agent_id)
    role = session.get_one(Role, agent.role_id)
    return {**agent.model_dump(include=set(AgentForm.model_fields)), "role": role.name}


async def _form(
    request: web.Request,
    model: type[AgentForm],
    values: dict[str, Any],
    error: InboxError | None = None,
) -> web.Response:
    options = {"role": [(name, _(label)) for name, label in ROLE_LABELS.items()]}
    drawn = fields.describe(model, values, sections.errors_of(error), options)
    title = _("Add an agent") if model is NewAgentForm else values.get("name") or _("Agent")
    agent_id = request.match_info.get("id", "")
    person = await asking.database(request).read(
        lambda s: agents.get(s, agent_id) if agent_id else None
    )
    return await sections.show_form(
        request, drawn, error, template="settings/agents/form.html", title=title, back=PATH,
        person=person, **await overtaking.context(request, model, values, error, options),
    )  # fmt: skip
