"""Teams: their members and how conversations are shared out among them."""

from typing import Any

from aiohttp import web
from pydantic import Field

from inbox.desk import agents, hours, teams
from inbox.errors import Conflict, InboxError, Invalid
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.model import Strategy
from inbox.web import asking, fields, forms
from inbox.web.pages.settings import overtaking, sections
from inbox.web.route import Access, Route

PATH = "/settings/teams"
STRATEGIES = {
    Strategy.MANUAL: N_("Nobody: agents take them"),
    Strategy.ROUND_ROBIN: N_("In turn"),
    Strategy.LEAST_BUSY: N_("Whoever has the fewest"),
}


class TeamPage(sections.FormModel):
    """All of a team."""

    name: str = Field(title=N_("Name"), min_length=1, max_length=120)
    strategy: Strategy = Field(Strategy.ROUND_ROBIN, title=N_("Who gets new conversations"))
    business_hours_id: str | None = Field(None, title=N_("Business hours"))
    agent_ids: list[str] = Field(default_factory=list, title=N_("Members"))


async def index(request: web.Request) -> web.StreamResponse:
    found, sizes = await asking.database(request).read(lambda s: (teams.every(s), teams.sizes(s)))
    return await sections.show(
        request, "settings/teams/index.html", teams=found, sizes=sizes, strategies=STRATEGIES
    )


async def new(request: web.Request) -> web.StreamResponse:
    return await _form(request, {}, title=_("Add a team"))


async def create(request: web.Request) -> web.StreamResponse:
    values = await forms.posted(request, TeamPage)
    try:
        form = teams.TeamForm(**forms.validated(TeamPage, values).model_dump())
        await asking.database(request).write(
            lambda s: teams.create(s, form, by=asking.actor(request))
        )
    except Invalid as error:
        return await _form(request, values, error, title=_("Add a team"))
    raise web.HTTPSeeOther(PATH)


async def show(request: web.Request) -> web.StreamResponse:
    team_id = asking.wanted(request)
    values = await asking.database(request).read(lambda s: _values(s, team_id))
    return await _form(request, values, title=values["name"])


async def update(request: web.Request) -> web.StreamResponse:
    values = await forms.posted(request, TeamPage)
    team_id, seen = asking.wanted(request), await overtaking.seen(request)
    try:
        form = teams.TeamForm(**forms.validated(TeamPage, values).model_dump())

        def work(session: Any) -> None:
            overtaking.check(seen, _values(session, team_id))
            teams.update(session, team_id, form, by=asking.actor(request))

        await asking.database(request).write(work)
    except (Invalid, Conflict) as error:
        return await _form(request, values, error, title=_("Team"))
    raise web.HTTPSeeOther(PATH)


ROUTES = [
    Route("GET", PATH, index, Access.ADMIN),
    Route("GET", f"{PATH}/new", new, Access.ADMIN),
    Route("POST", f"{PATH}/new", create, Access.ADMIN),
    Route("GET", f"{PATH}/{{id}}", show, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}", update, Access.ADMIN),
]


def _values(session: Any, team_id: str) -> dict[str, Any]:
    team = teams.get(session, team_id)
    values = team.model_dump(include=set(TeamPage.model_fields))
    return {**values, "agent_ids": sorted(teams.members(session, team_id))}


async def _form(
    request: web.Request, values: dict[str, Any], error: InboxError | None = None, *, title: str
) -> web.Response:
    people, plans = await asking.database(request).read(lambda s: (agents.every(s), hours.every(s)))
    options = {
        "strategy": [(str(name), _(label)) for name, label in STRATEGIES.items()],
        "business_hours_id": [("", _("Always open")), *((plan.id, plan.name) for plan in plans)],
        "agent_ids": [(agent.id, agent.name) for agent, _role in people if agent.active],
    }
    drawn = fields.describe(TeamPage, values, sections.errors_of(error), options)
    return await sections.show_form(
        request, drawn, error, template="settings/teams/form.html", title=title, back=PATH,
        team_id=request.match_info.get("id", ""),
        **await overtaking.context(request, TeamPage, values, error, options),
    )  # fmt: skip
