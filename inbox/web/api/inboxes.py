"""Inboxes by the API, and the fast lane by which messages come in."""

from typing import Any

import orjson
from aiohttp import web
from pydantic import Field
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from inbox import ids
from inbox.channels.api import ApiArrival, read_arrival
from inbox.desk import comparing, inboxes, paging
from inbox.desk.inboxes import NewInbox
from inbox.desk.paging import Order
from inbox.desk.tokens import Bearer
from inbox.envelope import RawItem
from inbox.errors import Invalid, NotFound, Unavailable
from inbox.i18n import Phrase
from inbox.model import Inbox
from inbox.services import Services
from inbox.web import keys
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Id, Input, Paged, read_path
from inbox.web.api.shapes import ArrivalTaken, InboxShape, Page
from inbox.web.route import Access

KIND = "api"


class InboxGiven(Input):
    """`settings` are those of the kind of channel; secrets among them are never given back."""

    name: str = Field(min_length=1, max_length=120)
    kind: str = Field(min_length=1, max_length=32, examples=["api", "email", "telegram"])
    slug: str = Field("", max_length=64)
    team_id: Id | None = None
    settings: dict[str, Any] = Field(default={})


async def arrive(request: web.Request) -> web.Response:
    """Kept when answered; the same external_id again has the same id."""
    services, inbox_id = request.app[keys.SERVICES], read_path(request.match_info)["id"]
    content = await request.read()
    arrival = read_arrival(content)
    item = RawItem(external_id=arrival.external_id, content=content)
    try:
        await _require_inbox(services, inbox_id, request[keys.BEARER])
        [arrival_id] = await services.arrivals.record(inbox_id, [item])
    except OperationalError as error:
        raise Unavailable("This could not be kept. Send it again.") from error
    return web.Response(
        body=orjson.dumps({"id": arrival_id}), status=202, content_type="application/json"
    )


def listed(session: Session, call: Call) -> object:
    order, query = Order((col(Inbox.id),)), select(Inbox)
    if call.bearer.inbox_ids is not None:
        query = query.where(col(Inbox.id).in_(call.bearer.inbox_ids))
    return paging.page(session, query, order, call.query.cursor, call.query.limit)


def opened(services: Services, given: InboxGiven) -> tuple[Any, str]:
    """The checked settings, and the address that the channel has by them."""
    try:
        settings = services.channels.validated(given.kind, given.settings)
    except Invalid as error:
        fields = {f"settings.{name}": text for name, text in error.fields.items()}
        raise Invalid(fields=fields) from None
    except NotFound as error:
        raise Invalid(fields={"kind": error.message}) from None
    channel = services.channels.trial(given.kind, ids.new(), given.name, settings)
    return settings, channel.address()


def create(session: Session, call: Call) -> object:
    settings, address = call.prepared
    new = NewInbox(
        name=call.body.name,
        kind=call.body.kind,
        settings=settings,
        address=address,
        slug=call.body.slug,
        team_id=call.body.team_id,
    )
    return inboxes.create(session, new, vault=call.services.vault, by=call.by)


def check(session: Session, call: Call) -> object:
    inbox = inboxes.get(session, call.path["id"])
    if not call.bearer.sees(inbox.id):
        raise NotFound("There is no such inbox.")
    return comparing.want(session, inbox.id, by=call.by)


async def _require_inbox(services: Services, inbox_id: str, bearer: Bearer) -> None:
    missing = NotFound(
        Phrase(
            "There is no inbox of the kind “%(kind)s” with this id that is switched on.", kind=KIND
        )
    )
    if not bearer.sees(inbox_id):
        raise missing
    if services.known_inboxes.get(inbox_id):
        return
    inbox = await services.database.read(lambda s: s.get(Inbox, inbox_id))
    if inbox is None or not inbox.enabled or inbox.kind != KIND:
        raise missing
    services.known_inboxes.keep(inbox_id, inbox)


OPERATIONS = [
    Operation(
        method="GET", path="/inboxes", access=Access.API_READ, summary="Inboxes",
        work=listed, query=Paged, gives=Page[InboxShape],
    ),
    Operation(
        method="POST", path="/inboxes", access=Access.API_ADMIN, summary="Connect an inbox",
        work=create, prepare=opened, body=InboxGiven, gives=InboxShape, status=201,
    ),
    Operation(
        method="POST", path="/inboxes/{id}/arrivals", access=Access.API_WRITE,
        summary="Hand in a customer's message", handler=arrive, body=ApiArrival,
        gives=ArrivalTaken, status=202,
    ),
    Operation(
        method="POST", path="/inboxes/{id}/checks", access=Access.API_ADMIN,
        summary="Compare a mailbox with what is stored", work=check, gives=InboxShape, status=202,
    ),
]  # fmt: skip
