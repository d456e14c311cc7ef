"""Webhooks by the API: who is told what, and how the telling went."""

from pydantic import Field
from sqlmodel import Session, col, select

from inbox.desk import paging, webhooks
from inbox.desk.paging import Order
from inbox.events import EventKind
from inbox.model import Webhook, WebhookDelivery
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Id, Input, Paged
from inbox.web.api.setting_shapes import DeliveryShape, WebhookShape, WebhookWithSecret
from inbox.web.api.shapes import Page
from inbox.web.route import Access


class NewWebhook(Input):
    """Without events it is told of all, without an inbox of every one."""

    url: str = Field(min_length=8, max_length=2000)
    events: list[EventKind] = Field(default=[], max_length=100)
    inbox_id: Id | None = None


class WebhookChanges(Input):
    """Only what is given changes."""

    url: str = Field("", max_length=2000)
    events: list[EventKind] = Field(default=[], max_length=100)
    inbox_id: Id | None = None
    enabled: bool = True


def listed(session: Session, call: Call) -> object:
    order = Order((col(Webhook.id),))
    return paging.page(session, select(Webhook), order, call.query.cursor, call.query.limit)


def create(session: Session, call: Call) -> object:
    body, vault = call.body, call.services.vault
    webhook, secret = webhooks.create(
        session, body.url, body.events, body.inbox_id, vault=vault, by=call.by
    )
    return {**WebhookShape.model_validate(webhook).model_dump(), "secret": secret}


def show(session: Session, call: Call) -> object:
    return webhooks.get(session, call.path["id"])


def update(session: Session, call: Call) -> object:
    changes = call.body.model_dump(exclude_unset=True)
    return webhooks.update(session, call.path["id"], changes, by=call.by)


def remove(session: Session, call: Call) -> None:
    webhooks.remove(session, call.path["id"], by=call.by)


def deliveries(session: Session, call: Call) -> object:
    webhook = webhooks.get(session, call.path["id"])
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook.id)
    order = Order((col(WebhookDelivery.id),), descending=True)
    return paging.page(session, query, order, call.query.cursor, call.query.limit)


OPERATIONS = [
    Operation(
        method="GET", path="/webhooks", access=Access.API_ADMIN, summary="Webhooks",
        work=listed, query=Paged, gives=Page[WebhookShape],
    ),
    Operation(
        method="POST", path="/webhooks", access=Access.API_ADMIN,
        summary="Be told what happens; the secret is shown this once", work=create,
        body=NewWebhook, gives=WebhookWithSecret, status=201,
    ),
    Operation(
        method="GET", path="/webhooks/{id}", access=Access.API_ADMIN, summary="A webhook",
        work=show, gives=WebhookShape,
    ),
    Operation(
        method="PATCH", path="/webhooks/{id}", access=Access.API_ADMIN,
        summary="Change a webhook, or switch it on again", work=update, body=WebhookChanges,
        gives=WebhookShape,
    ),
    Operation(
        method="DELETE", path="/webhooks/{id}", access=Access.API_ADMIN,
        summary="Remove a webhook", work=remove, status=204,
    ),
    Operation(
        method="GET", path="/webhooks/{id}/deliveries", access=Access.API_ADMIN,
        summary="What was told and how it went, newest first", work=deliveries, query=Paged,
        gives=Page[DeliveryShape],
    ),
]  # fmt: skip
