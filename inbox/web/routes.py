"""Every URL on one page, with who may call it."""

from inbox.web import api, health, hooks, metrics, realtime, webforms, widget
from inbox.web.api import openapi
from inbox.web.pages import (
    attachments,
    changes,
    contact_merges,
    contacts,
    conversations,
    first_run,
    prints,
    profile,
    rearranging,
    replies,
    reports,
    saved_views,
    searches,
    sessions,
    settings,
    sources,
    whys,
)
from inbox.web.route import Access, Route

ROUTES: list[Route] = [
    Route("GET", "/healthz", health.alive, Access.PUBLIC),
    Route("GET", "/readyz", health.ready, Access.PUBLIC),
    *first_run.ROUTES,
    *sessions.ROUTES,
    *settings.ROUTES,
    *profile.ROUTES,
    *contacts.ROUTES,
    *contact_merges.ROUTES,
    *conversations.ROUTES,
    *changes.ROUTES,
    *whys.ROUTES,
    *replies.ROUTES,
    *rearranging.ROUTES,
    *attachments.ROUTES,
    *sources.ROUTES,
    *prints.ROUTES,
    *searches.ROUTES,
    *saved_views.ROUTES,
    *reports.ROUTES,
    *realtime.ROUTES,
    *hooks.ROUTES,
    *api.ROUTES,
    *openapi.ROUTES,
    *metrics.ROUTES,
    *widget.ROUTES,
    *webforms.ROUTES,
]
