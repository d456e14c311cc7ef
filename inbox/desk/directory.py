"""The list of contacts: by name, or found by a part of a name or address."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from inbox.desk import paging
from inbox.desk.paging import Order
from inbox.desk.search import people
from inbox.envelope import AddressKind
from inbox.model import Contact, Conversation, Identity

PAGE = 50
LATEST = 20
NUMBERED = (AddressKind.VISITOR, AddressKind.TELEGRAM)


@dataclass(frozen=True, slots=True)
class Entry:
    """A contact with the address it is best known by, and the kind of that."""

    contact: Contact
    address: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    entries: list[Entry]
    next: str | None  # the cursor of the page after, None at the end


ORDERS = {
    "name": Order((col(Contact.sort_key), col(Contact.id))),
    "-name": Order((col(Contact.sort_key), col(Contact.id)), descending=True),
    "-added": Order((col(Contact.created_at), col(Contact.id)), descending=True),
    "added": Order((col(Contact.created_at), col(Contact.id))),
}


def page(
    session: Session, query: str = "", cursor: str = "", *, sort: str = "name", limit: int = PAGE
) -> Page:
    """Found by the beginnings of words, in any script; at any depth for the same cost."""
    wanted = select(Contact).where(col(Contact.merged_into_id).is_(None))
    if query.strip():
        matching = people.matching(session, query)
        if matching is None:  # only signs
            return Page([], None)
        wanted = wanted.where(col(Contact.id).in_(matching))
    found = paging.page(session, wanted, ORDERS[sort], cursor, limit)
    addresses = _addresses(session, [contact.id for contact in found.items])
    entries = [Entry(contact, *addresses.get(contact.id, ("", ""))) for contact in found.items]
    return Page(entries, found.next)


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


def _addresses(session: Session, contact_ids: list[str]) -> dict[str, tuple[str, str]]:
    """Address and kind of the primary one of each, or else the oldest.

    A provider's number of somebody tells nobody anything, so his name there stands for it.
    """
    rows = session.exec(
        select(Identity)
        .where(col(Identity.contact_id).in_(contact_ids))
        .order_by(col(Identity.is_primary), col(Identity.id).desc())
    )
    return {
        identity.contact_id: (
            identity.name if identity.kind in NUMBERED else identity.value,
            identity.kind,
        )
        for identity in rows
    }
