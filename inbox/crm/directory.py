"""The list of contacts: by name, or found by a part of a name or address."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.model import Contact, Conversation, Identity

PAGE = 50
LATEST = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A contact with the address it is best known by."""

    contact: Contact
    address: str


@dataclass(frozen=True, slots=True)
class Page:
    entries: list[Entry]
    next: str | None  # the id after which the next page begins


def page(session: Session, query: str = "", after: str | None = None, limit: int = PAGE) -> Page:
    """In the order of their names, whatever the depth: no offset is ever counted off."""
    wanted = select(Contact).where(col(Contact.merged_into_id).is_(None))
    if query.strip():
        wanted = wanted.where(_matches(query.strip()))
    last = session.get(Contact, after) if after else None
    if last:
        wanted = wanted.where(
            sa.tuple_(col(Contact.name), col(Contact.id)) > sa.tuple_(last.name, last.id)
        )
    ordered = wanted.order_by(col(Contact.name), col(Contact.id)).limit(limit + 1)
    found = list(session.exec(ordered))
    shown = found[:limit]
    addresses = _addresses(session, [contact.id for contact in shown])
    entries = [Entry(contact, addresses.get(contact.id, "")) for contact in shown]
    return Page(entries, shown[-1].id if len(found) > limit else None)


def conversations_of(
    session: Session, contact_id: str, inbox_ids: list[str], limit: int = LATEST
) -> list[Conversation]:
    """The latest of those in these inboxes."""
    return list(
        session.exec(
            select(Conversation)
            .where(
                Conversation.contact_id == contact_id,
                col(Conversation.inbox_id).in_(inbox_ids),
                col(Conversation.merged_into_id).is_(None),
            )
            .order_by(col(Conversation.last_at).desc(), col(Conversation.id).desc())
            .limit(limit)
        )
    )


def _matches(query: str) -> sa.ColumnElement[bool]:
    by_address = sa.select(col(Identity.contact_id)).where(
        col(Identity.value).icontains(query, autoescape=True)
    )
    return sa.or_(
        col(Contact.name).icontains(query, autoescape=True), col(Contact.id).in_(by_address)
    )


def _addresses(session: Session, contact_ids: list[str]) -> dict[str, str]:
    """The primary one of each, or else the oldest."""
    rows = session.exec(
        select(Identity)
        .where(col(Identity.contact_id).in_(contact_ids))
        .order_by(col(Identity.is_primary), col(Identity.id).desc())
    )
    return {identity.contact_id: identity.value for identity in rows}
