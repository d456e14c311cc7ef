"""Web forms as hosted pages: they need no JavaScript, and sending twice is sending once."""

from inbox.web.route import Access, Route
from inbox.web.webforms import pages

ROUTES = [
    Route("GET", "/forms/{slug}", pages.show, Access.PUBLIC),
    Route("POST", "/forms/{slug}", pages.create, Access.PUBLIC),
    Route("GET", "/forms/{slug}/thanks", pages.thank, Access.PUBLIC),
]

__all__ = ["ROUTES"]
