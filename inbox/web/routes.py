"""Every URL on one page, with who may call it."""

from inbox.web import health
from inbox.web.pages import first_run, sessions
from inbox.web.route import Access, Route

ROUTES: list[Route] = [
    Route("GET", "/healthz", health.alive, Access.PUBLIC),
    Route("GET", "/readyz", health.ready, Access.PUBLIC),
    *first_run.ROUTES,
    *sessions.ROUTES,
]
