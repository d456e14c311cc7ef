"""Every URL on one page, with who may call it."""

from inbox.web import health
from inbox.web.route import Access, Route

ROUTES: list[Route] = [
    Route("GET", "/healthz", health.alive, Access.PUBLIC),
    Route("GET", "/readyz", health.ready, Access.PUBLIC),
]
