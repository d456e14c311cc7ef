"""A team is dissolved, an agent deactivated: first a page tells what refers to them."""

from typing import Any

from aiohttp import web

from inbox.desk import agents, teams
from inbox.errors import Conflict, Forbidden, InboxError, Invalid
from inbox.i18n import gettext as _
from inbox.routing import leaving
from inbox.web import asking
from inbox.web.pages.settings import sections
from inbox.web.route import Access, Route

TEAMS = "/settings/teams"
AGENTS = "/settings/agents"


async def ask_team(request: web.Request) -> web.StreamResponse:
    return await _ask_team(request)


async def dissolve(request: web.Request) -> web.StreamResponse:
    team_id, to = asking.wanted(request), str((await request.post()).get("team_id", ""))
    try:
        await asking.database(request).write(
            lambda s: leaving.dissolve(s, team_id, to or None, by=asking.actor(request))
        )
    except Invalid as error:
        return await _ask_team(request, error)
    raise web.HTTPSeeOther(TEAMS)


async def ask_agent(request: web.Request) -> web.StreamResponse:
    return await _ask_agent(request)


async def deactivate(request: web.Request) -> web.StreamResponse:
    """`to` is "nobody", "keep" or a team's id."""
    agent_id, to = asking.wanted(request), str((await request.post()).get("to", "nobody"))
    team_id = None if to in {"nobody", "keep"} else to
    by = asking.actor(request)
    try:
        await asking.database(request).write(
            lambda s: leaving.deactivate(s, agent_id, team_id, keep_work=to == "keep", by=by)
        )
    except (Invalid, Conflict, Forbidden) as error:
        return await _ask_agent(request, error)
    raise web.HTTPSeeOther(AGENTS)


async def activate(request: web.Request) -> web.StreamResponse:
    agent_id = asking.wanted(request)
    await asking.database(request).write(
        lambda s: agents.set_active(s, agent_id, True, by=asking.actor(request))
    )
    raise web.HTTPSeeOther(f"{AGENTS}/{agent_id}")


ROUTES = [
    Route("GET", f"{TEAMS}/{{id}}/dissolve", ask_team, Access.ADMIN),
    Route("POST", f"{TEAMS}/{{id}}/dissolve", dissolve, Access.ADMIN),
    Route("GET", f"{AGENTS}/{{id}}/deactivate", ask_agent, Access.ADMIN),
    Route("POST", f"{AGENTS}/{{id}}/deactivate", deactivate, Access.ADMIN),
    Route("POST", f"{AGENTS}/{{id}}/activate", activate, Access.ADMIN),
]


async def _ask_team(request: web.Request, error: InboxError | None = None) -> web.Response:
    team_id = asking.wanted(request)

    def work(session: Any) -> dict[str, Any]:
        team = teams.get(session, team_id)
        others = [each for each in teams.every(session) if each.id != team_id]
        return {"team": team, "others": others, "told": leaving.of_team(session, team)}

    found = await asking.database(request).read(work)
    return await _show(request, "settings/teams/dissolve.html", error, found)


async def _ask_agent(request: web.Request, error: InboxError | None = None) -> web.Response:
    agent_id = asking.wanted(request)

    def work(session: Any) -> dict[str, Any]:
        person = agents.get(session, agent_id)
        told = leaving.of_agent(session, person)
        return {"person": person, "teams": teams.every(session), "told": told}

    found = await asking.database(request).read(work)
    return await _show(request, "settings/agents/deactivate.html", error, found)


async def _show(
    request: web.Request, template: str, error: InboxError | None, found: dict[str, Any]
) -> web.Response:
    problem = _(next(iter(sections.errors_of(error).values()), error.message)) if error else ""
    status = sections.status_of(error)
    return await sections.show(request, template, status=status, problem=problem, **found)
