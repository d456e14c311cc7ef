"""Addresses of third parties that are told what happens, and what is still to be told."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import ids
from inbox.desk.paging import Order, Page, page
from inbox.errors import Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.i18n import N_, Phrase
from inbox.model import Inbox, Webhook, WebhookDelivery
from inbox.vault import Vault

PREFIX = "whsec_"  # so that secret scanners know one when they see one


def create(
    session: Session,
    url: str,
    events: Sequence[str],
    inbox_id: str | None,
    *,
    vault: Vault,
    by: Actor,
) -> tuple[Webhook, str]:
    """The row, and the secret that signs the calls, which is shown once."""
    secret = PREFIX + ids.token()
    webhook = Webhook(secret=vault.encrypt({"secret": secret}), url=url)
    _set(session, webhook, {"url": url, "events": list(events), "inbox_id": inbox_id})
    _changed(session, webhook, by)
    return webhook, secret


def update(session: Session, webhook_id: str, changes: Mapping[str, Any], *, by: Actor) -> Webhook:
    """Set url, events, inbox_id or enabled; switched on again, it begins with a clean record."""
    webhook = get(session, webhook_id)
    _set(session, webhook, changes)
    if changes.get("enabled"):
        webhook.failing_since, webhook.disabled_reason = None, ""
    _changed(session, webhook, by)
    return webhook


def remove(session: Session, webhook_id: str, *, by: Actor) -> None:
    """With what was told to it and what was still to be told."""
    webhook = get(session, webhook_id)
    session.execute(sa.delete(WebhookDelivery).where(col(WebhookDelivery.webhook_id) == webhook.id))
    session.delete(webhook)
    record(
        session, EventKind.SETTING_CHANGED, by=by, setting="webhook", id=webhook.id, removed=True
    )


def every(session: Session) -> Sequence[Webhook]:
    return session.exec(select(Webhook).order_by(col(Webhook.url), col(Webhook.id))).all()


def log(
    session: Session, webhook_id: str, cursor: str = "", limit: int = 50
) -> Page[WebhookDelivery]:
    """What it was told, the newest first."""
    wanted = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    newest = Order((col(WebhookDelivery.id),), descending=True)
    return page(session, wanted, newest, cursor, limit)


def get(session: Session, webhook_id: str) -> Webhook:
    webhook = session.get(Webhook, webhook_id)
    if webhook is None:
        raise NotFound("There is no such webhook.")
    return webhook


def _set(session: Session, webhook: Webhook, values: Mapping[str, Any]) -> None:
    wrong: dict[str, str] = {}
    if "url" in values and not _is_address(values["url"]):
        wrong["url"] = N_(
            "Give an http or https address without a user name, up to 2000 characters."
        )
    if unknown := sorted(set(values.get("events", ())) - set(EventKind)):
        wrong["events"] = Phrase(
            "Not known: %(kinds)s. The page on events lists all.", kinds=unknown
        )
    if values.get("inbox_id") and session.get(Inbox, values["inbox_id"]) is None:
        wrong["inbox_id"] = N_("There is no such inbox.")
    if wrong:
        raise Invalid(fields=wrong)
    for name, value in values.items():
        setattr(webhook, name, value)
    session.add(webhook)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        well = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        well
        and parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and "@" not in parts.netloc
        and len(url) <= 2000
        and url.isprintable()
    )


def _changed(session: Session, webhook: Webhook, by: Actor) -> None:
    record(
        session, EventKind.SETTING_CHANGED, by=by, setting="webhook", id=webhook.id,
        url=webhook.url, enabled=webhook.enabled,
    )  # fmt: skip
