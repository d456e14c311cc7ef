"""Health: whether each inbox lives, and what waits in it."""

from aiohttp import web
from sqlmodel import Session

from inbox.desk import figures
from inbox.model import ArrivalState
from inbox.web import asking
from inbox.web.pages.settings import sections
from inbox.web.route import Access, Route
from inbox.web.watching import WATCHING

PATH = "/settings/health"


async def index(request: web.Request) -> web.StreamResponse:
    """As it is now, and not as it was when somebody looked last."""
    watching = request.app[WATCHING]
    await watching.look()
    set_aside = await asking.database(request).read(_set_aside)
    return await sections.show(
        request, "settings/health/index.html", watch=watching.seen, set_aside=set_aside
    )


ROUTES = [Route("GET", PATH, index, Access.ADMIN)]


def _set_aside(session: Session) -> int:
    return figures.take(session).arrivals.states.get(ArrivalState.QUARANTINED, 0)
