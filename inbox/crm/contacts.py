"""The people who write to us: found by their address, or made."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock
from inbox.envelope import Address
from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.i18n import Phrase
from inbox.model import Contact, Conversation, Identity

EDITABLE = {
    "name", "kind", "title", "language", "time_zone", "city", "country", "about",
    "company_id", "preferred_channel", "blocked",
}  # fmt: skip
PROVEN = "proven"
FROM_CHANNEL = ("language", "time_zone", "city", "country")
IDENTITIES = (
    select(Identity)
    .where(col(Identity.contact_id) == sa.bindparam("contact_id"))
    .order_by(col(Identity.is_primary).desc(), col(Identity.id))
)

Key = tuple[str, str]
Known = tuple[Contact, Identity]


def find_or_create(
    session: Session,
    addresses: Sequence[Address],
    also: Mapping[Key, Sequence[Address]] | None = None,
) -> dict[Key, Known]:
    """The contact and identity of each (kind, value); one query for those we know.

    `also` are further addresses of somebody that are proven: by them he may be known already, and
    they are kept with him.
    """
    senders = {(address.kind, address.value): address for address in addresses}
    proven = [address for others in (also or {}).values() for address in others]
    wanted = {(address.kind, address.value): address for address in [*addresses, *proven]}
    rows = session.exec(
        select(Contact, Identity)
        .join(Identity, col(Identity.contact_id) == col(Contact.id))
        .where(sa.tuple_(col(Identity.kind), col(Identity.value)).in_(list(wanted)))
    )
    found: dict[Key, Known] = {(i.kind, i.value): (contact, i) for contact, i in rows}
    for key, address in senders.items():
        others = (also or {}).get(key, ())
        if key not in found:
            known = next((found[k] for a in others if (k := (a.kind, a.value)) in found), None)
            found[key] = _add(session, known[0], address) if known else _create(session, address)
        _prove(session, found, found[key][0], others)
    return found


def get(session: Session, contact_id: str) -> Contact:
    """The contact, or the one it was merged into."""
    contact = session.get(Contact, contact_id)
    if contact is None:
        raise NotFound("There is no such contact.")
    return get(session, contact.merged_into_id) if contact.merged_into_id else contact


def create(session: Session, name: str, addresses: Sequence[Address], *, by: Actor) -> Contact:
    """Conflict if one of the addresses belongs to somebody already."""
    if not addresses and not name.strip():
        raise Invalid(fields={"name": "Give a name or an address."})
    contact = Contact(name=name.strip())
    session.add(contact)
    for position, address in enumerate(addresses):
        taken = session.exec(
            select(Identity).where(Identity.kind == address.kind, Identity.value == address.value)
        ).first()
        if taken:
            raise Conflict(
                Phrase("%(address)s belongs to another contact already.", address=address.value)
            )
        session.add(_identity(contact, address, is_primary=position == 0))
    record(session, EventKind.CONTACT_CREATED, by=by, contact_id=contact.id)
    return contact


def update(session: Session, contact: Contact, changes: Mapping[str, Any], *, by: Actor) -> Contact:
    """Set fields of the record; the event keeps what they were before."""
    unknown = set(changes) - EDITABLE
    if unknown:
        raise Invalid(fields=dict.fromkeys(sorted(unknown), "This field can't be changed here."))
    before = {name: getattr(contact, name) for name in changes}
    changed = {name: value for name, value in changes.items() if value != before[name]}
    if not changed:
        return contact
    for name, value in changed.items():
        setattr(contact, name, value)
    contact.version += 1
    contact.indexed = False
    session.add(contact)
    if "name" in changed:
        rename_rows(session, contact)
    record(
        session,
        EventKind.CONTACT_UPDATED,
        by=by,
        contact_id=contact.id,
        before={name: str(before[name] or "") for name in changed},
        after={name: str(value or "") for name, value in changed.items()},
    )
    return contact


def learn(contact: Any, fields: Mapping[str, str], name: str) -> None:
    """What a channel tells about a person fills gaps and overwrites nothing."""
    if name and not contact.name:
        contact.name, contact.indexed = name[:300], False
    for field in FROM_CHANNEL:
        if fields.get(field) and not getattr(contact, field):
            setattr(contact, field, str(fields[field])[:64])


def identities(session: Session, contact_id: str) -> list[Identity]:
    return list(session.exec(IDENTITIES, params={"contact_id": contact_id}))


def rename_rows(session: Session, contact: Contact) -> None:
    """Lists show it from the conversation's row, so it follows; an address where there is none."""
    addresses = [] if contact.name else identities(session, contact.id)
    session.execute(
        sa.update(Conversation)
        .where(col(Conversation.contact_id) == contact.id)
        .values(contact_name=contact.name or next((one.value for one in addresses), ""))
        .execution_options(synchronize_session="fetch")
    )


def _create(session: Session, address: Address) -> Known:
    contact = Contact(name=address.name[:300])
    identity = _identity(contact, address, is_primary=True)
    session.add(contact)
    session.add(identity)
    return contact, identity


def _add(session: Session, contact: Contact, address: Address) -> Known:
    identity = _identity(contact, address, is_primary=False)
    contact.indexed = False
    session.add_all([contact, identity])
    return contact, identity


def _prove(
    session: Session, found: dict[Key, Known], contact: Contact, proven: Sequence[Address]
) -> None:
    """An address that is somebody else's stays his: whether two are one person, people decide."""
    for address in proven:
        key = (address.kind, address.value)
        if key not in found:
            found[key] = _add(session, contact, address)
        owner, identity = found[key]
        if owner.id == contact.id and not identity.verified_at:
            identity.verified_at, identity.proof = clock.now(), PROVEN
            session.add(identity)


def _identity(contact: Contact, address: Address, *, is_primary: bool) -> Identity:
    return Identity(
        contact_id=contact.id,
        kind=address.kind,
        value=address.value,
        name=address.name[:300],
        is_primary=is_primary,
        last_seen_at=clock.now(),
    )
