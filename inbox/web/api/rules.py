"""Automation rules by the API, and why each did or did not fire."""

from typing import Any

from pydantic import Field
from sqlmodel import Session, col, select

from inbox.desk import paging
from inbox.desk.paging import Order
from inbox.model import RuleRun
from inbox.routing import rules
from inbox.routing.rules import RuleValues
from inbox.web.api.conversations import known
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Id, Input, Paged, changes, no_null
from inbox.web.api.setting_shapes import RuleRunShape, Rules, RuleShape
from inbox.web.api.shapes import Page
from inbox.web.route import Access


class ActionInput(Input):
    """The name of an action and what it needs, as docs/routing.md has them."""

    action: str = Field(max_length=64)
    parameters: dict[str, Any] = Field(default={})


class RuleGiven(Input):
    """`conditions` are {"all": […]} or {"any": […]} of {"field", "operator", "value"}."""

    name: str = Field(min_length=1, max_length=120)
    event_kind: str = Field(max_length=64, examples=["message_received"])
    conditions: dict[str, Any] = Field(default={})
    actions: list[ActionInput] = Field(min_length=1, max_length=rules.MAX_ACTIONS)
    enabled: bool = True
    stop_after: bool = False


class RuleChanges(Input):
    """Only what is given changes; with `version` only if nobody changed it meanwhile."""

    model_config = no_null()

    name: str | None = Field(None, min_length=1, max_length=120)
    event_kind: str | None = Field(None, max_length=64)
    conditions: dict[str, Any] | None = None
    actions: list[ActionInput] | None = Field(None, max_length=rules.MAX_ACTIONS)
    enabled: bool | None = None
    stop_after: bool | None = None
    version: int | None = Field(None, ge=1, le=2**31)


class NewOrder(Input):
    """Every rule once, the first to be asked first."""

    rule_ids: list[Id] = Field(max_length=1000)


def listed(session: Session, call: Call) -> object:  # noqa: ARG001  the shape of a work
    return {"items": rules.every(session)}


def create(session: Session, call: Call) -> object:
    return rules.add(session, RuleValues(**call.body.model_dump()), by=call.by)


def show(session: Session, call: Call) -> object:
    return rules.get(session, call.path["id"])


def update(session: Session, call: Call) -> object:
    rule = rules.get(session, call.path["id"])
    kept = rule.model_dump(include=set(RuleValues.model_fields))
    values = RuleValues.model_construct(**{**kept, **changes(call.body)})
    return rules.change(session, rule.id, values, by=call.by, version=call.body.version)


def remove(session: Session, call: Call) -> None:
    rules.remove(session, call.path["id"], by=call.by)


def reorder(session: Session, call: Call) -> object:
    return {"items": rules.reorder(session, call.body.rule_ids, by=call.by)}


def runs(session: Session, call: Call) -> object:
    rule = rules.get(session, call.path["id"])
    return _runs(session, call, select(RuleRun).where(RuleRun.rule_id == rule.id))


def runs_of_conversation(session: Session, call: Call) -> object:
    conversation = known(session, call)
    return _runs(session, call, select(RuleRun).where(RuleRun.conversation_id == conversation.id))


def _runs(session: Session, call: Call, query: Any) -> object:
    order = Order((col(RuleRun.id),), descending=True)
    return paging.page(session, query, order, call.query.cursor, call.query.limit)


OPERATIONS = [
    Operation(
        method="GET", path="/rules", access=Access.API_ADMIN,
        summary="Automation rules, in the order they are asked", work=listed, gives=Rules,
    ),
    Operation(
        method="POST", path="/rules", access=Access.API_ADMIN,
        summary="Add a rule behind the others", work=create, body=RuleGiven, gives=RuleShape,
        status=201,
    ),
    Operation(
        method="GET", path="/rules/{id}", access=Access.API_ADMIN, summary="A rule",
        work=show, gives=RuleShape,
    ),
    Operation(
        method="PATCH", path="/rules/{id}", access=Access.API_ADMIN, summary="Change a rule",
        work=update, body=RuleChanges, gives=RuleShape,
    ),
    Operation(
        method="DELETE", path="/rules/{id}", access=Access.API_ADMIN,
        summary="Remove a rule with its log", work=remove, status=204,
    ),
    Operation(
        method="POST", path="/rules/orders", access=Access.API_ADMIN,
        summary="Put the rules in another order", work=reorder, body=NewOrder, gives=Rules,
        status=201,
    ),
    Operation(
        method="GET", path="/rules/{id}/runs", access=Access.API_ADMIN,
        summary="When a rule was asked, and why it did or did not fire, newest first", work=runs,
        query=Paged, gives=Page[RuleRunShape],
    ),
    Operation(
        method="GET", path="/conversations/{id}/rule-runs", access=Access.API_READ,
        summary="Which rules were asked about a conversation, and why they fired or not",
        work=runs_of_conversation, query=Paged, gives=Page[RuleRunShape],
    ),
]  # fmt: skip
