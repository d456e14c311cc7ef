"""Macros by the API: kept by administrators, run by whoever may work on the conversation."""

from pydantic import Field
from sqlmodel import Session, col, select

from inbox.desk import paging
from inbox.desk.paging import Order
from inbox.model import Macro
from inbox.routing import macros
from inbox.routing.macros import MAX_ACTIONS, MacroValues
from inbox.web.api.conversations import known
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Id, Input, Paged, changes, no_null
from inbox.web.api.rules import ActionInput
from inbox.web.api.setting_shapes import MacroRunShape, MacroShape
from inbox.web.api.shapes import Page
from inbox.web.route import Access


class MacroGiven(Input):
    """The actions are those of automation rules, done in this order."""

    name: str = Field(min_length=1, max_length=120)
    actions: list[ActionInput] = Field(min_length=1, max_length=MAX_ACTIONS)


class MacroChanges(Input):
    """Only what is given changes; with `version` only if nobody changed it meanwhile."""

    model_config = no_null()

    name: str | None = Field(None, min_length=1, max_length=120)
    actions: list[ActionInput] | None = Field(None, min_length=1, max_length=MAX_ACTIONS)
    version: int | None = Field(None, ge=1, le=2**31)


class NewRun(Input):
    macro_id: Id


def listed(session: Session, call: Call) -> object:
    order = Order((col(Macro.name),))
    return paging.page(session, select(Macro), order, call.query.cursor, call.query.limit)


def create(session: Session, call: Call) -> object:
    return macros.add(session, MacroValues(**call.body.model_dump()), by=call.by)


def show(session: Session, call: Call) -> object:
    return macros.get(session, call.path["id"])


def update(session: Session, call: Call) -> object:
    macro = macros.get(session, call.path["id"])
    kept = {"name": macro.name, "actions": macro.actions}
    values = MacroValues(**{**kept, **changes(call.body)})
    return macros.change(session, macro.id, values, by=call.by, version=call.body.version)


def remove(session: Session, call: Call) -> None:
    macros.remove(session, call.path["id"], by=call.by)


def run(session: Session, call: Call) -> object:
    macro = macros.get(session, call.body.macro_id)
    found = macros.run(session, known(session, call), macro, by=call.by)
    return {"id": found.event.id, "macro_id": macro.id, "results": found.results}


OPERATIONS = [
    Operation(
        method="GET", path="/macros", access=Access.API_READ, summary="Macros, by name",
        work=listed, query=Paged, gives=Page[MacroShape],
    ),
    Operation(
        method="POST", path="/macros", access=Access.API_ADMIN, summary="Add a macro",
        work=create, body=MacroGiven, gives=MacroShape, status=201,
    ),
    Operation(
        method="GET", path="/macros/{id}", access=Access.API_READ, summary="A macro",
        work=show, gives=MacroShape,
    ),
    Operation(
        method="PATCH", path="/macros/{id}", access=Access.API_ADMIN, summary="Change a macro",
        work=update, body=MacroChanges, gives=MacroShape,
    ),
    Operation(
        method="DELETE", path="/macros/{id}", access=Access.API_ADMIN, summary="Remove a macro",
        work=remove, status=204,
    ),
    Operation(
        method="POST", path="/conversations/{id}/macro-runs", access=Access.API_WRITE,
        summary="Run a macro on a conversation", work=run, body=NewRun, gives=MacroRunShape,
        status=201,
    ),
]  # fmt: skip
