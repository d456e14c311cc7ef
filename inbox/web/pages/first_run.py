"""The first run: whoever opens a new Inbox first names it and becomes its owner."""

import asyncio
from typing import Any

from aiohttp import web
from pydantic import BaseModel, Field, SecretStr

from inbox import i18n
from inbox.desk import agents, first_run, passwords, signing_in
from inbox.errors import Conflict, Invalid
from inbox.i18n import N_
from inbox.model import Workspace
from inbox.web import auth, fields, forms, keys
from inbox.web.render import render
from inbox.web.route import Access, Route


class FirstRunForm(BaseModel):
    """What the first person says."""

    workspace: str = Field(
        title=N_("Name of your team or company"), min_length=1, max_length=120,
        json_schema_extra={"autocomplete": "organization"},
    )  # fmt: skip
    name: str = Field(
        title=N_("Your name"), min_length=1, max_length=200,
        json_schema_extra={"autocomplete": "name"},
    )  # fmt: skip
    email: str = Field(
        title=N_("Your e-mail address"), min_length=1, max_length=254,
        json_schema_extra={"kind": "email", "autocomplete": "username"},
    )  # fmt: skip
    password: SecretStr = Field(
        title=N_("Password"),
        description=N_("8 to 128 characters. A few unrelated words are best."),
        json_schema_extra={"kind": "password", "autocomplete": "new-password"},
    )  # fmt: skip


async def new(request: web.Request) -> web.StreamResponse:
    if await request.app[keys.SERVICES].database.read(first_run.is_done):
        raise web.HTTPSeeOther(auth.SIGN_IN)
    return _form(request, {})


async def create(request: web.Request) -> web.StreamResponse:
    values = await forms.posted(request, FirstRunForm)
    try:
        form = forms.validated(FirstRunForm, values)
        token = await _begin(request, form)
    except Invalid as error:
        return _form(request, values, error.fields)
    except Conflict:
        raise web.HTTPSeeOther(auth.SIGN_IN) from None
    response = web.HTTPSeeOther("/")
    auth.remember(request, response, token)
    raise response


ROUTES = [
    Route("GET", auth.FIRST_RUN, new, Access.PUBLIC),
    Route("POST", auth.FIRST_RUN, create, Access.PUBLIC),
]


async def _begin(request: web.Request, form: FirstRunForm) -> str:
    """The session's token; hashing waits until it is known that nobody was first."""
    services = request.app[keys.SERVICES]
    password = form.password.get_secret_value()
    passwords.check_rules(password, email=form.email)
    if await services.database.read(first_run.is_done):
        raise Conflict
    owner = agents.NewAgent(
        name=form.name,
        email=form.email,
        password_hash=await asyncio.to_thread(passwords.make_hash, password),
        role=agents.OWNER,
        locale=i18n.locale(),
    )

    def work(session: Any) -> tuple[Workspace, str]:
        agent, made = first_run.begin(session, form.workspace, owner, locale=i18n.locale())
        browser = request.headers.get("User-Agent", "")
        address = request[keys.REMOTE]
        return made, signing_in.begin(session, agent.email, address=address, browser=browser)

    services.workspace, token = await services.database.write(work)
    return token


def _form(
    request: web.Request, values: dict[str, Any], errors: dict[str, str] | None = None
) -> web.Response:
    drawn = fields.describe(FirstRunForm, values, errors)
    return render(request, "first_run/new.html", status=422 if errors else 200, fields=drawn)
