"""Contacts that may be the same person, each with the reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.crm import contacts
from inbox.envelope import AddressKind
from inbox.model import Contact, Identity

MOST = 10
NUMBERS = ("phone", "whatsapp")
WEBMAIL = {"gmail.com": "googlemail.com", "googlemail.com": "gmail.com"}


class Reason(StrEnum):
    """From the surest to the weakest."""

    EMAIL = "same_email"
    PHONE = "same_phone"
    ADDRESS = "same_address"
    NAME_AND_COMPANY = "same_name_and_company"
    NAME = "same_name"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`address` is what they share, if it is one."""

    contact: Contact
    reason: Reason
    address: str = ""


def suggestions(session: Session, contact: Contact) -> list[Suggestion]:
    """The surest first, each contact once; a few queries on indexes."""
    found: dict[str, Suggestion] = {}
    for one in [*_by_address(session, contact), *_by_name(session, contact)]:
        found.setdefault(one.contact.id, one)
    order = list(Reason)
    return sorted(found.values(), key=lambda one: order.index(one.reason))[:MOST]


def _by_address(session: Session, contact: Contact) -> Iterable[Suggestion]:
    """The same mailbox under another spelling, the same number on another channel."""
    values = {
        variant: identity
        for identity in contacts.identities(session, contact.id)
        for variant in _variants(identity)
    }
    rows = session.exec(
        select(Contact, Identity)
        .join(Identity, col(Identity.contact_id) == col(Contact.id))
        .where(
            sa.tuple_(col(Identity.kind), col(Identity.value)).in_(
                [(kind, value) for value in values for kind in (*AddressKind, "whatsapp")]
            ),
            Contact.id != contact.id,
            col(Contact.merged_into_id).is_(None),
        )
        .limit(MOST)
    )
    for other, theirs in rows:
        yield Suggestion(other, _reason(theirs), theirs.value)


def _variants(identity: Identity) -> set[str]:
    if identity.kind == AddressKind.VISITOR:
        return set()
    local, at, domain = identity.value.lower().rpartition("@")
    if not at:
        return {identity.value}
    plain = local.partition("+")[0]
    domains = {domain, WEBMAIL.get(domain, domain)}
    return {f"{name}@{each}" for name in {local, plain} for each in domains}


def _reason(identity: Identity) -> Reason:
    if "@" in identity.value:
        return Reason.EMAIL
    return Reason.PHONE if identity.value.startswith("+") else Reason.ADDRESS


def _by_name(session: Session, contact: Contact) -> Iterable[Suggestion]:
    """A single word is nobody's name alone, unless they share a company."""
    if not contact.name.strip():
        return
    rows = session.exec(
        select(Contact)
        .where(
            Contact.name == contact.name,
            Contact.id != contact.id,
            col(Contact.merged_into_id).is_(None),
        )
        .order_by(col(Contact.id))
        .limit(MOST)
    )
    for other in rows:
        if other.company_id and other.company_id == contact.company_id:
            yield Suggestion(other, Reason.NAME_AND_COMPANY)
        elif len(contact.name.split()) > 1:
            yield Suggestion(other, Reason.NAME)
