"""What programs can do: one table, from which the routes and the description are made."""

from inbox.web.api import (
    bulk,
    canned,
    channels,
    contact_merges,
    contacts,
    conversations,
    events,
    failures,
    forms,
    inboxes,
    interactions,
    macros,
    messages,
    originals,
    rearranging,
    reports,
    rules,
    stream,
    team,
    views,
    webchat,
    webhooks,
    work,
)
from inbox.web.api.operation import Operation
from inbox.web.route import Route

OPERATIONS: list[Operation] = [
    *contacts.OPERATIONS,
    *contact_merges.OPERATIONS,
    *channels.OPERATIONS,
    *inboxes.OPERATIONS,
    *webchat.OPERATIONS,
    *forms.OPERATIONS,
    *conversations.OPERATIONS,
    *originals.OPERATIONS,
    *interactions.OPERATIONS,
    *failures.OPERATIONS,
    *work.OPERATIONS,
    *bulk.OPERATIONS,
    *messages.OPERATIONS,
    *rearranging.OPERATIONS,
    *events.OPERATIONS,
    *stream.OPERATIONS,
    *rules.OPERATIONS,
    *macros.OPERATIONS,
    *canned.OPERATIONS,
    *views.OPERATIONS,
    *reports.OPERATIONS,
    *team.OPERATIONS,
    *webhooks.OPERATIONS,
]

ROUTES: list[Route] = [operation.route() for operation in OPERATIONS]
