"""Inboxes: connected, changed, switched on and off; secrets are encrypted on the way in."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import ids
from inbox.desk import accounts, deliveries, health
from inbox.errors import Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.folding import fold
from inbox.i18n import N_
from inbox.model import BusinessHours, Inbox, InboxMembership, Team
from inbox.vault import Vault

SLUG_LENGTH = 64
LONGEST_TEXT = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInbox:
    """`settings` is the channel's model, already validated; `address` what the channel says."""

    name: str
    kind: str
    settings: Any
    address: str = ""
    slug: str = ""
    team_id: str | None = None
    business_hours_id: str | None = None


def create(session: Session, new: NewInbox, *, vault: Vault, by: Actor) -> Inbox:
    plain, secret = accounts.split_secrets(new.settings)
    inbox = Inbox(
        name=new.name.strip(),
        kind=new.kind,
        address=new.address[:320],
        slug=new.slug or _free_slug(session, new.name),
        settings=plain,
        secrets=vault.encrypt(secret),
        team_id=new.team_id,
        business_hours_id=new.business_hours_id,
    )
    _check(session, inbox.id, inbox.model_dump(include=set(_CHECKS)))
    session.add(inbox)
    session.flush()
    record(session, EventKind.INBOX_CREATED, by=by, inbox_id=inbox.id, name=inbox.name)
    return inbox


def update(session: Session, inbox_id: str, changes: Mapping[str, Any], *, by: Actor) -> Inbox:
    """Set fields of `_CHECKS`; switched on again, the health is to be found out anew."""
    inbox = get(session, inbox_id)
    values = {k: v.strip() if isinstance(v, str) else v for k, v in changes.items()}
    _check(session, inbox.id, values)
    changed = [name for name, value in values.items() if value != getattr(inbox, name)]
    for name in changed:
        setattr(inbox, name, values[name])
    if values.get("enabled"):
        inbox.archived = False
    if "enabled" in changed:
        health.forget(inbox)
    return _changed(session, inbox, changed, by)


def archive(session: Session, inbox_id: str, archived: bool, *, by: Actor) -> Inbox:
    """Out of the lists and switched off; taken back, it stays off until it is switched on."""
    inbox = get(session, inbox_id)
    changes = {"enabled": False} if archived else {}
    changed = update(session, inbox.id, changes, by=by)
    if changed.archived == archived:
        return changed
    changed.archived = archived
    return _changed(session, changed, ["archived"], by)


def set_settings(
    session: Session, inbox_id: str, settings: Any, address: str, *, vault: Vault, by: Actor
) -> Inbox:
    """The channel's settings, whole and validated; the event names them but tells no value."""
    inbox = get(session, inbox_id)
    plain, secret = accounts.split_secrets(settings)
    changed = [name for name, value in plain.items() if inbox.settings.get(name) != value]
    if vault.decrypt(inbox.secrets) != secret:
        inbox.secrets = vault.encrypt(secret)
        changed.append("secrets")
    inbox.settings, inbox.address = plain, address[:320]
    if changed:
        health.forget(inbox)
        deliveries.hurry(session, inbox_id)
    return _changed(session, inbox, changed, by)


def rotate_identity_secret(session: Session, inbox_id: str, *, vault: Vault, by: Actor) -> str:
    """A new secret of a web chat, told this once; the one before stays valid beside it."""
    inbox = get(session, inbox_id)
    if inbox.kind != "webchat":
        raise NotFound("There is no such web chat.")
    kept, secret = vault.decrypt(inbox.secrets), ids.token()
    before = kept.get("identity_secret", "")
    inbox.secrets = vault.encrypt(
        {**kept, "identity_secret": secret, "identity_secret_before": before}
    )
    _changed(session, inbox, ["secrets"], by)
    return secret


def sign_in(
    session: Session, inbox_id: str, tokens: Mapping[str, str], *, vault: Vault, by: Actor
) -> Inbox:
    """What the provider granted to the person who signed in; whoever uses it begins afresh."""
    inbox = get(session, inbox_id)
    inbox.tokens = vault.encrypt(dict(tokens))
    health.forget(inbox)
    deliveries.hurry(session, inbox_id)
    return _changed(session, inbox, ["tokens"], by)


def set_members(session: Session, inbox_id: str, agent_ids: Sequence[str], *, by: Actor) -> Inbox:
    """Who may see the inbox while it is restricted; administrators always do."""
    inbox = get(session, inbox_id)
    before, after = set(members(session, inbox_id)), set(agent_ids)
    session.execute(
        sa.delete(InboxMembership).where(
            col(InboxMembership.inbox_id) == inbox_id,
            col(InboxMembership.agent_id).in_(before - after),
        )
    )
    session.add_all(InboxMembership(inbox_id=inbox_id, agent_id=a) for a in after - before)
    return _changed(session, inbox, ["members"] if before != after else [], by)


def get(session: Session, inbox_id: str) -> Inbox:
    inbox = session.get(Inbox, inbox_id)
    if inbox is None:
        raise NotFound("There is no such inbox.")
    return inbox


def every(session: Session) -> list[Inbox]:
    return list(session.exec(select(Inbox).order_by(col(Inbox.name))))


def members(session: Session, inbox_id: str) -> list[str]:
    return list(
        session.exec(select(InboxMembership.agent_id).where(InboxMembership.inbox_id == inbox_id))
    )


_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "name": (lambda v: 0 < len(v) <= 120, N_("Give a name of up to 120 characters.")),
    "slug": (
        lambda v: len(v) <= SLUG_LENGTH and _SLUG.fullmatch(v) is not None,
        N_("Use up to 64 small letters, digits and hyphens, like “shop-support”."),
    ),
    "enabled": (lambda v: isinstance(v, bool), N_("Choose on or off.")),
    "restricted": (lambda v: isinstance(v, bool), N_("Choose on or off.")),
    "team_id": (lambda v: v is None or isinstance(v, str), N_("Choose a team from the list.")),
    "business_hours_id": (
        lambda v: v is None or isinstance(v, str),
        N_("Choose business hours from the list."),
    ),
    "greeting": (lambda v: len(v) <= LONGEST_TEXT, N_("Use at most 5,000 characters.")),
    "out_of_hours_reply": (lambda v: len(v) <= LONGEST_TEXT, N_("Use at most 5,000 characters.")),
    "reopen_days": (lambda v: 0 <= v <= 3650, N_("Give 0 to 3650 days.")),
}
_ROWS: dict[str, type[Team] | type[BusinessHours]] = {
    "team_id": Team,
    "business_hours_id": BusinessHours,
}


def _check(session: Session, inbox_id: str, values: Mapping[str, Any]) -> None:
    wrong = {name: "This can't be changed here." for name in values if name not in _CHECKS}
    for name, value in values.items():
        if name in _CHECKS and not _CHECKS[name][0](value):
            wrong[name] = _CHECKS[name][1]
    for name in ("name", "slug"):
        if name in values and _is_taken(session, inbox_id, name, values[name]):
            wrong[name] = N_("Another inbox has this one already.")
    for name, table in _ROWS.items():
        if values.get(name) and session.get(table, values[name]) is None:
            wrong[name] = _CHECKS[name][1]
    if wrong:
        raise Invalid(fields=wrong)


def _is_taken(session: Session, inbox_id: str, column: str, value: str) -> bool:
    query = select(Inbox.id).where(getattr(Inbox, column) == value, Inbox.id != inbox_id)
    return session.exec(query).first() is not None


def _free_slug(session: Session, name: str) -> str:
    base = "-".join(re.findall(r"[a-z0-9]+", fold(name)))[: SLUG_LENGTH - 4].strip("-") or "inbox"
    taken = set(session.exec(select(Inbox.slug).where(col(Inbox.slug).startswith(base))))
    candidates = [base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))]
    return next(slug for slug in candidates if slug not in taken)


def _changed(session: Session, inbox: Inbox, changed: Sequence[str], by: Actor) -> Inbox:
    """A new version, by which every process opens the channel afresh."""
    if changed:
        inbox.version += 1
        session.add(inbox)
        record(session, EventKind.INBOX_UPDATED, by=by, inbox_id=inbox.id, fields=sorted(changed))
    return inbox
