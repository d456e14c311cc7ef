"""What programs can do: one table, from which the routes and the description are made."""

from inbox.web.api import contacts, conversations, events, inboxes, team, webhooks, work
from inbox.web.api.operation import Operation
from inbox.web.route import Route

OPERATIONS: list[Operation] = [
    *contacts.OPERATIONS,
    *inboxes.OPERATIONS,
    *conversations.OPERATIONS,
    *work.OPERATIONS,
    *events.OPERATIONS,
    *team.OPERATIONS,
    *webhooks.OPERATIONS,
]

ROUTES: list[Route] = [operation.route() for operation in OPERATIONS]
