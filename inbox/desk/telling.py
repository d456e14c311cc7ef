"""The outbox of webhooks: one row an event and address, tried for a day, kept as the log."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from inbox import clock, ids
from inbox.db import claim, touch
from inbox.errors import Conflict, NotFound
from inbox.i18n import Phrase
from inbox.model import Event, MessageState, Webhook, WebhookDelivery

TOPIC = "webhooks"
PING = "ping"  # no event: whether somebody listens
LEASE = timedelta(seconds=60)
TRIES = 12
FIRST_WAIT = timedelta(seconds=40)  # doubled eleven times it makes most of a day
LONGEST_LOGGED = 2000
GONE = 410
PATIENCE = timedelta(hours=6)  # in which it took nothing at all


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery to be made now, leased to whoever claimed it."""

    delivery: WebhookDelivery
    webhook: Webhook


def queue(session: Session, event: Event, webhooks: Sequence[Webhook] | None = None) -> None:
    """For every address that wants this event; a second time changes nothing.

    `webhooks` are those switched on, for a caller who has them.
    """
    if webhooks is None:
        webhooks = session.exec(select(Webhook).where(col(Webhook.enabled))).all()
    wanted = [webhook for webhook in webhooks if wants(webhook, event.kind, event.inbox_id)]
    if not wanted:
        return
    now, payload = clock.now(), _payload(event)
    rows = [
        {
            "id": ids.new(),
            "created_at": now,
            "updated_at": now,
            "webhook_id": webhook.id,
            "event_id": event.id,
            "event_kind": event.kind,
            "state": MessageState.QUEUED,
            "not_before": now,
            "attempts": 0,
            "payload": payload,
            "response": "",
            "error": "",
        }
        for webhook in wanted
    ]
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(WebhookDelivery).on_conflict_do_nothing(), rows)
    touch(session, TOPIC)


def ping(session: Session, webhook: Webhook) -> WebhookDelivery:
    """Tell it nothing but that we are here; who is switched off is not called."""
    if not webhook.enabled:
        raise Conflict("This webhook is switched off. Switch it on first.")
    now, ping_id = clock.now(), ids.new()
    payload = orjson.dumps({"id": ping_id, "kind": PING, "at": now}).decode()
    delivery = WebhookDelivery(
        webhook_id=webhook.id, event_id=ping_id, event_kind=PING, not_before=now, payload=payload
    )
    session.add(delivery)
    touch(session, TOPIC)
    return delivery


def again(session: Session, webhook_id: str, delivery_id: str) -> WebhookDelivery:
    """Tell it now, with all its tries before it; what was told already is told once more."""
    delivery = session.get(WebhookDelivery, delivery_id)
    if delivery is None or delivery.webhook_id != webhook_id:
        raise NotFound("There is no such delivery.")
    delivery.state, delivery.not_before, delivery.attempts = MessageState.QUEUED, clock.now(), 0
    delivery.lease_until = None
    session.add(delivery)
    touch(session, TOPIC)
    return delivery


def wants(webhook: Webhook, kind: str, inbox_id: str | None) -> bool:
    return (not webhook.events or kind in webhook.events) and (
        webhook.inbox_id is None or webhook.inbox_id == inbox_id
    )


def claim_due(session: Session, limit: int, busy: Collection[str] = ()) -> Sequence[Due]:
    """The attempt is counted before the try, so that one which kills us comes to an end.

    The addresses in `busy` are passed over.
    """
    awake = sa.select(col(Webhook.id)).where(col(Webhook.enabled), col(Webhook.id).not_in(busy))
    due = sa.and_(
        col(WebhookDelivery.state) == MessageState.QUEUED,
        col(WebhookDelivery.not_before) <= clock.now(),
        col(WebhookDelivery.webhook_id).in_(awake),
    )
    found = claim(session, WebhookDelivery, due, limit, LEASE)
    rows = session.exec(
        select(WebhookDelivery, Webhook)
        .join(Webhook, col(Webhook.id) == col(WebhookDelivery.webhook_id))
        .where(col(WebhookDelivery.id).in_(found))
        .order_by(col(WebhookDelivery.id))
    ).all()
    for delivery, _ in rows:
        delivery.attempts += 1
        session.add(delivery)
    return [Due(delivery, webhook) for delivery, webhook in rows]


def told(session: Session, delivery_id: str, status_code: int, response: str) -> None:
    delivery = session.get(WebhookDelivery, delivery_id)
    if delivery is None:
        return
    _log(delivery, status_code, response, "")
    delivery.state = MessageState.SENT
    webhook = session.get_one(Webhook, delivery.webhook_id)
    webhook.failing_since = None
    session.add_all([delivery, webhook])


def not_told(
    session: Session, delivery_id: str, status_code: int | None, response: str, error: str
) -> None:
    """Later again, then never; an address that has taken nothing for hours is switched off.

    One that refuses this event and takes others stays on.
    """
    delivery = session.get(WebhookDelivery, delivery_id)
    if delivery is None:
        return
    _log(delivery, status_code, response, error)
    if delivery.event_kind == PING:  # once, and nothing follows from it
        delivery.state = MessageState.FAILED
        session.add(delivery)
        return
    webhook = session.get_one(Webhook, delivery.webhook_id)
    webhook.failing_since = webhook.failing_since or clock.now()
    is_last = status_code == GONE or delivery.attempts >= TRIES
    if is_last:
        delivery.state = MessageState.FAILED
    if status_code == GONE or (is_last and clock.now() - webhook.failing_since >= PATIENCE):
        webhook.enabled = False
        webhook.disabled_reason = Phrase(
            "Switched off after %(count)s tries. %(problem)s",
            count=delivery.attempts,
            problem=Phrase.of(error),
        )
    if not is_last:
        delivery.not_before = clock.now() + _wait(delivery.attempts)
    session.add_all([delivery, webhook])


def _payload(event: Event) -> str:
    values = event.model_dump(
        include={
            "seq", "id", "kind", "at", "actor_kind", "actor_id", "actor_name", "conversation_id",
            "contact_id", "inbox_id", "message_id", "particulars", "cause_id", "depth",
        }
    )  # fmt: skip
    return orjson.dumps(values).decode()


def _wait(attempts: int) -> timedelta:
    """With jitter, so that those who failed together do not come back together."""
    jitter = random.uniform(0.9, 1.1)  # noqa: S311  not a secret
    return FIRST_WAIT * (2.0 ** (attempts - 1) * jitter)


def _log(delivery: WebhookDelivery, status_code: int | None, response: str, error: str) -> None:
    delivery.status_code = status_code
    delivery.response = response.replace("\0", "")[:LONGEST_LOGGED]
    delivery.error = error
    delivery.lease_until = None
