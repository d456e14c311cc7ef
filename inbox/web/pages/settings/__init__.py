"""Settings: a section a file."""

from aiohttp import web

from inbox.web.pages.settings import (
    agents,
    canned_responses,
    form_builder,
    health,
    hours,
    identity_secrets,
    inbox_checks,
    inboxes,
    interactions,
    leaving,
    macros,
    mailbox_checks,
    message_templates,
    proactive,
    quarantine,
    rule_runs,
    rules,
    sign_ins,
    teams,
    tokens,
    webhooks,
    workspace,
)  # fmt: skip
from inbox.web.route import Access, Route


async def index(request: web.Request) -> web.StreamResponse:  # noqa: ARG001  the shape of a handler
    raise web.HTTPSeeOther(inboxes.PATH)


ROUTES: list[Route] = [
    Route("GET", "/settings", index, Access.ADMIN),
    *workspace.ROUTES,
    *inboxes.ROUTES,
    *inbox_checks.ROUTES,
    *mailbox_checks.ROUTES,
    *message_templates.ROUTES,
    *identity_secrets.ROUTES,
    *proactive.ROUTES,
    *sign_ins.ROUTES,
    *form_builder.ROUTES,
    *interactions.ROUTES,
    *agents.ROUTES,
    *leaving.ROUTES,
    *teams.ROUTES,
    *hours.ROUTES,
    *rules.ROUTES,
    *rule_runs.ROUTES,
    *macros.ROUTES,
    *canned_responses.ROUTES,
    *tokens.ROUTES,
    *webhooks.ROUTES,
    *quarantine.ROUTES,
    *health.ROUTES,
]
