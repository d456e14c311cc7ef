"""One's own profile: name, language, looks, presence, password, and where one is signed in."""

import asyncio
from typing import Any
from zoneinfo import available_timezones

from aiohttp import web
from pydantic import Field, SecretStr

from inbox import i18n
from inbox.desk import agents, passwords, signing_in, throttle
from inbox.errors import InboxError, Invalid, RateLimited
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.model import Availability
from inbox.web import asking, fields, forms, keys
from inbox.web.pages.settings import sections
from inbox.web.route import Access, Route

PATH = "/profile"


class ProfileForm(sections.FormModel):
    """What an agent decides of himself."""

    name: str = Field(title=N_("Name"), min_length=1, max_length=200)
    locale: str = Field("", title=N_("Language"))
    theme: str = Field("", title=N_("Appearance"))
    time_zone: str = Field("", title=N_("Time zone"))
    availability: Availability = Field(Availability.ONLINE, title=N_("Availability"))
    signature: str = Field(
        "",
        title=N_("Signature"),
        max_length=5000,
        description=N_("Stands below what you answer by e-mail."),
        json_schema_extra={"kind": "textarea"},
    )
    mail_when_assigned: bool = Field(
        False, title=N_("Mail me when a conversation is assigned to me")
    )  # fmt: skip
    mail_when_answered: bool = Field(
        False, title=N_("Mail me when somebody writes in a conversation of mine")
    )  # fmt: skip
    mail_when_unassigned: bool = Field(
        False, title=N_("Mail me about new conversations that nobody has"),
        description=N_("An answer to such a mail goes to the customer, as yours.")
    )  # fmt: skip


class PasswordForm(sections.FormModel):
    """The old one proves who is asking."""

    old: SecretStr = Field(
        title=N_("Your password until now"),
        json_schema_extra={"kind": "password", "autocomplete": "current-password"},
    )
    new: SecretStr = Field(
        title=N_("Your new password"), description=N_("8 to 128 characters."),
        json_schema_extra={"kind": "password", "autocomplete": "new-password"},
    )  # fmt: skip


async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request)


async def update(request: web.Request) -> web.StreamResponse:
    values = await forms.posted(request, ProfileForm)
    try:
        await _change(request, forms.validated(ProfileForm, values).model_dump())
    except Invalid as error:
        return await _page(request, values, error)
    raise web.HTTPSeeOther(f"{PATH}?saved")


async def set_availability(request: web.Request) -> web.StreamResponse:
    return await _set_one(request, "availability")


async def set_theme(request: web.Request) -> web.StreamResponse:
    return await _set_one(request, "theme")


async def set_password(request: web.Request) -> web.StreamResponse:
    """Every other session ends; wrong guesses at the old one are counted like sign-ins."""
    values = await forms.posted(request, PasswordForm)
    try:
        form = forms.validated(PasswordForm, values)
        await _change_password(request, form.old.get_secret_value(), form.new.get_secret_value())
    except (Invalid, RateLimited) as error:
        return await _page(request, password_error=error)
    raise web.HTTPSeeOther(f"{PATH}?saved")


async def end_session(request: web.Request) -> web.StreamResponse:
    """One of one's own; nobody else's can be named."""
    session_id, agent_id = asking.wanted(request), request[keys.AGENT].id

    def work(session: Any) -> None:
        mine = {one.id for one in signing_in.sessions_of(session, agent_id)}
        if session_id in mine:
            signing_in.end(session, session_id)

    await asking.database(request).write(work)
    raise web.HTTPSeeOther(PATH)


ROUTES = [
    Route("GET", PATH, show, Access.AGENT),
    Route("POST", PATH, update, Access.AGENT),
    Route("POST", f"{PATH}/availability", set_availability, Access.AGENT),
    Route("POST", f"{PATH}/theme", set_theme, Access.AGENT),
    Route("POST", f"{PATH}/password", set_password, Access.AGENT),
    Route("POST", f"{PATH}/sessions/{{id}}/end", end_session, Access.AGENT),
]


async def _change(request: web.Request, changes: dict[str, Any]) -> None:
    agent_id, by = request[keys.AGENT].id, asking.actor(request)
    await asking.database(request).write(lambda s: agents.update(s, agent_id, changes, by=by))


async def _set_one(request: web.Request, name: str) -> web.Response:
    """From the menu: a script wants no page back, a plain form goes back where it came from."""
    await _change(request, {name: str((await request.post()).get(name, ""))})
    if request.headers.get("HX-Request") == "true":
        return web.Response(status=204)
    raise web.HTTPSeeOther(PATH)


async def _change_password(request: web.Request, old: str, new: str) -> None:
    agent, database = request[keys.AGENT], asking.database(request)
    passwords.check_rules(new, email=agent.email, field="new")
    await database.write(lambda s: throttle.count(s, "password", agent.id, signing_in.TRIES))
    if not await asyncio.to_thread(passwords.is_right, agent.password_hash, old):
        raise Invalid(fields={"old": N_("This is not your password.")})
    made = await asyncio.to_thread(passwords.make_hash, new)
    by, keep = asking.actor(request), request[keys.SESSION].id

    def work(session: Any) -> None:
        throttle.forget(session, "password", agent.id)
        agents.set_password(session, agent.id, made, by=by, keep=keep)

    await database.write(work)


async def _page(
    request: web.Request,
    values: dict[str, Any] | None = None,
    error: InboxError | None = None,
    *,
    password_error: InboxError | None = None,
) -> web.Response:
    agent = request[keys.AGENT]
    options: dict[str, fields.Options] = {
        "locale": [("", _("As the browser")), *i18n.LOCALES.items()],
        "theme": [("", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
        "time_zone": [
            ("", _("As the browser")),
            *((name, name) for name in sorted(available_timezones())),
        ],
    }
    given = values or agent.model_dump(include=set(ProfileForm.model_fields))
    drawn = fields.describe(ProfileForm, given, sections.errors_of(error), options)
    wrong = sections.errors_of(password_error)
    return await sections.show(
        request,
        "profile/show.html",
        status=422 if error or password_error else 200,
        fields=drawn,
        saved="saved" in request.query,
        password_fields=fields.describe(PasswordForm, {}, wrong),
        password_problem=_(password_error.message) if password_error and not wrong else "",
        sessions=await asking.database(request).read(lambda s: signing_in.sessions_of(s, agent.id)),
        current_session=request[keys.SESSION].id,
    )
