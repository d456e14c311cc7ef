"""Canned responses by the API: kept by administrators, read by all."""

from datetime import datetime

from pydantic import Field
from sqlmodel import Session, col, select

from inbox.desk import paging
from inbox.desk.paging import Order
from inbox.model import CannedResponse
from inbox.routing import canned
from inbox.routing.canned import CannedValues
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Id, Input, Paged, changes, no_null
from inbox.web.api.shapes import Page, Shape
from inbox.web.route import Access


class CannedShape(Shape):
    id: str
    name: str
    text: str
    team_id: str | None
    used: int
    last_used_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class CannedGiven(Input):
    """`text` may hold variables like {{contact.first_name}}; without a team it is everybody's."""

    name: str = Field(min_length=1, max_length=120)
    text: str = Field(min_length=1, max_length=10_000)
    team_id: Id | None = None


class CannedChanges(Input):
    """Only what is given changes; with `version` only if nobody changed it meanwhile."""

    model_config = no_null("team_id")

    name: str | None = Field(None, min_length=1, max_length=120)
    text: str | None = Field(None, min_length=1, max_length=10_000)
    team_id: Id | None = None
    version: int | None = Field(None, ge=1, le=2**31)


def listed(session: Session, call: Call) -> object:
    order = Order((col(CannedResponse.name),))
    query = select(CannedResponse)
    return paging.page(session, query, order, call.query.cursor, call.query.limit)


def create(session: Session, call: Call) -> object:
    return canned.add(session, CannedValues(**call.body.model_dump()), by=call.by)


def show(session: Session, call: Call) -> object:
    return canned.get(session, call.path["id"])


def update(session: Session, call: Call) -> object:
    found = canned.get(session, call.path["id"])
    kept = found.model_dump(include=set(CannedValues.model_fields))
    values = CannedValues(**{**kept, **changes(call.body, "team_id")})
    return canned.change(session, found.id, values, by=call.by, version=call.body.version)


def remove(session: Session, call: Call) -> None:
    canned.remove(session, call.path["id"], by=call.by)


OPERATIONS = [
    Operation(
        method="GET", path="/canned-responses", access=Access.API_READ,
        summary="Canned responses, by name", work=listed, query=Paged, gives=Page[CannedShape],
    ),
    Operation(
        method="POST", path="/canned-responses", access=Access.API_ADMIN,
        summary="Add a canned response", work=create, body=CannedGiven, gives=CannedShape,
        status=201,
    ),
    Operation(
        method="GET", path="/canned-responses/{id}", access=Access.API_READ,
        summary="A canned response", work=show, gives=CannedShape,
    ),
    Operation(
        method="PATCH", path="/canned-responses/{id}", access=Access.API_ADMIN,
        summary="Change a canned response", work=update, body=CannedChanges, gives=CannedShape,
    ),
    Operation(
        method="DELETE", path="/canned-responses/{id}", access=Access.API_ADMIN,
        summary="Remove a canned response", work=remove, status=204,
    ),
]  # fmt: skip
