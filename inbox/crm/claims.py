"""What people tell of themselves along with a message: STOP, consent, further addresses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from inbox import clock, ids, mailtokens
from inbox.crm import contacts
from inbox.envelope import Address, InboundEnvelope
from inbox.model import Company, Contact, Identity

CLAIMED = "claimed"
OWN = "custom."  # before the name of a value of the record's own fields


def note(session: Session, contact_id: str, identity_id: str, envelope: InboundEnvelope) -> None:
    """On the address they wrote from; the addresses they name become theirs if nobody's."""
    now = clock.now()
    said = envelope.fields.get("sms_consent")
    if said:
        _set(session, identity_id, {"stopped_at": now if said == "stopped" else None})
    version = envelope.fields.get("consent_version", "")[:64]
    if version:
        agreed = {"consent_version": version, "consented_at": now}
        _set(session, identity_id, agreed, col(Identity.consent_version) != version)
    if envelope.claimed:
        claim(session, contact_id, envelope.claimed, now)
    _fill(session, contact_id, envelope.fields)


def tie(session: Session, key: bytes, envelope: InboundEnvelope) -> None:
    """Who comes by a link that we gave to a contact is that contact, unless known already."""
    contact_id = mailtokens.read_start_token(key, envelope.fields.get("start_token", ""))
    sender = envelope.sender
    contact = session.get(Contact, contact_id) if contact_id else None
    if contact is None:
        return
    known = select(Identity).where(Identity.kind == sender.kind, Identity.value == sender.value)
    if session.exec(known).first():
        return
    contact, now = contacts.get(session, contact.id), clock.now()
    contact.indexed = False
    identity = Identity(
        contact_id=contact.id, kind=sender.kind, value=sender.value, name=sender.name[:300],
        proof="start_token", verified_at=now, last_seen_at=now,
    )  # fmt: skip
    session.add_all([contact, identity])
    session.flush()


def _set(
    session: Session, identity_id: str, values: dict[str, Any], *where: sa.ColumnElement[bool]
) -> None:
    session.execute(
        sa.update(Identity)
        .where(col(Identity.id) == identity_id, *where)
        .values(values)
        .execution_options(synchronize_session="fetch")
    )


def _fill(session: Session, contact_id: str, told: Mapping[str, str]) -> None:
    """What they answered fills gaps of the record and overwrites nothing."""
    own = {name.removeprefix(OWN): value for name, value in told.items() if name.startswith(OWN)}
    company = told.get("company", "").strip()[:300]
    if not own and not company:
        return
    contact = session.get_one(Contact, contact_id)
    if company and contact.company_id is None:
        contact.company_id = _company(session, company)
    contact.custom = {**own, **contact.custom}
    contact.indexed = False
    session.add(contact)


def _company(session: Session, name: str) -> str:
    found = session.exec(select(Company.id).where(Company.name == name).limit(1)).first()
    if found:
        return found
    made = Company(name=name)
    session.add(made)
    session.flush()  # the contact refers to it
    return made.id


def claim(session: Session, contact_id: str, addresses: Sequence[Address], now: datetime) -> None:
    """Theirs from now on, though nobody has proven it, unless somebody has it already."""
    rows = [
        {
            "id": ids.new(), "created_at": now, "updated_at": now, "contact_id": contact_id,
            "kind": one.kind, "value": one.value[:320], "name": one.name[:300], "proof": CLAIMED,
            "is_primary": False, "consent_version": "",
        }
        for one in addresses
    ]  # fmt: skip
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    insert = dialect.insert(Identity.__table__).on_conflict_do_nothing()  # type: ignore[attr-defined]
    session.flush()
    if session.connection().execute(insert, rows).rowcount:
        session.execute(
            sa.update(Contact)
            .where(col(Contact.id) == contact_id)
            .values(indexed=False)
            .execution_options(synchronize_session="fetch")
        )
