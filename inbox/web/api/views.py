"""Saved views by the API: an agent's token has their own too, an integration everybody's alone."""

from typing import Any

from pydantic import Field
from sqlmodel import Session

from inbox.errors import Forbidden, Invalid
from inbox.model import SavedView, Status
from inbox.routing import views
from inbox.routing.views import ViewValues
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Input, Paged, changes, no_null
from inbox.web.api.setting_shapes import Views, ViewShape, ViewWithCount
from inbox.web.api.shapes import ConversationShape, Page
from inbox.web.route import Access


class ViewGiven(Input):
    """`conditions` are those of rules, over conversation, contact and company."""

    name: str = Field(min_length=1, max_length=80)
    conditions: dict[str, Any] = Field(default={})
    shared: bool = Field(False, description="everybody's, which needs the scope admin")


class ViewChanges(Input):
    """Only what is given changes; with `version` only if nobody changed it meanwhile."""

    model_config = no_null()

    name: str | None = Field(None, min_length=1, max_length=80)
    conditions: dict[str, Any] | None = None
    version: int | None = Field(None, ge=1, le=2**31)


class Within(Paged):
    """A page may hold few, even none, and still lead on."""

    status: Status = Status.OPEN


def listed(session: Session, call: Call) -> object:
    return {"items": [_shape(view) for view in views.seen_by(session, _agent_id(call))]}


def create(session: Session, call: Call) -> object:
    body, owner_id = call.body, None if call.body.shared else _agent_id(call)
    if owner_id is None and not call.body.shared:
        raise Invalid(fields={"shared": "An integration has no views of its own. Give true."})
    _refuse_shared(call, shared=owner_id is None)
    values = ViewValues(name=body.name, conditions=body.conditions)
    return _shape(views.add(session, values, owner_id=owner_id, by=call.by))


def show(session: Session, call: Call) -> object:
    view = _known(session, call)
    number = views.count(session, view, _agent_id(call), call.bearer.inbox_ids)
    return {**_shape(view), "open": number}


def update(session: Session, call: Call) -> object:
    view = _known(session, call)
    _refuse_shared(call, shared=view.owner_id is None)
    kept = {"name": view.name, "conditions": view.conditions}
    values = ViewValues(**{**kept, **changes(call.body)})
    return _shape(views.change(session, view, values, by=call.by, version=call.body.version))


def remove(session: Session, call: Call) -> None:
    view = _known(session, call)
    _refuse_shared(call, shared=view.owner_id is None)
    views.remove(session, view, by=call.by)


def conversations(session: Session, call: Call) -> object:
    query = call.query
    return views.page(
        session, _known(session, call), query.status, _agent_id(call), call.bearer.inbox_ids,
        cursor=query.cursor, limit=query.limit,
    )  # fmt: skip


def _known(session: Session, call: Call) -> SavedView:
    return views.get(session, call.path["id"], _agent_id(call))


def _agent_id(call: Call) -> str | None:
    return call.bearer.agent.id if call.bearer.agent else None


def _refuse_shared(call: Call, *, shared: bool) -> None:
    if shared and not call.bearer.may("admin"):
        raise Forbidden("This view is everybody's, which needs a token with the scope 'admin'.")


def _shape(view: SavedView) -> dict[str, Any]:
    return {**view.model_dump(), "shared": view.owner_id is None}


OPERATIONS = [
    Operation(
        method="GET", path="/views", access=Access.API_READ, summary="Saved views, by name",
        work=listed, gives=Views,
    ),
    Operation(
        method="POST", path="/views", access=Access.API_WRITE, summary="Save a view",
        work=create, body=ViewGiven, gives=ViewShape, status=201,
    ),
    Operation(
        method="GET", path="/views/{id}", access=Access.API_READ,
        summary="A saved view, and how many open conversations stand in it", work=show,
        gives=ViewWithCount,
    ),
    Operation(
        method="PATCH", path="/views/{id}", access=Access.API_WRITE, summary="Change a saved view",
        work=update, body=ViewChanges, gives=ViewShape,
    ),
    Operation(
        method="DELETE", path="/views/{id}", access=Access.API_WRITE,
        summary="Remove a saved view", work=remove, status=204,
    ),
    Operation(
        method="GET", path="/views/{id}/conversations", access=Access.API_READ,
        summary="The conversations of a saved view, newest first", work=conversations,
        query=Within, gives=Page[ConversationShape],
    ),
]  # fmt: skip
