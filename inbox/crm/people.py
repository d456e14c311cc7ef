"""Who wrote, for a whole batch of messages at once: known by their address, or made, by sets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox import clock, ids
from inbox.crm.contacts import FROM_CHANNEL, Key, learn
from inbox.db import change_many, insert_many
from inbox.envelope import Address
from inbox.model import Contact, Identity


@dataclass(slots=True)
class Person:
    """As much of a contact, and of the address they write from, as taking a message needs."""

    id: str
    name: str
    language: str
    time_zone: str
    city: str
    country: str
    blocked: bool
    identity_id: str
    bounces: bool = False
    indexed: bool = True
    has_changed: bool = False


_COLUMNS = [col(getattr(Contact, each.name)) for each in fields(Person)[:7]]


def recognise(session: Session, addresses: Sequence[Address]) -> dict[Key, Person]:
    """One query for those we know, one statement a table for those we do not.

    An address that did not exist when we wrote to it does now that somebody writes from it.
    """
    wanted = {(address.kind, address.value): address for address in addresses}
    rows = session.execute(
        sa.select(
            col(Identity.kind),
            col(Identity.value),
            *_COLUMNS,
            col(Identity.id),
            col(Identity.bouncing_since).is_not(None),
        )
        .join(Contact, col(Identity.contact_id) == col(Contact.id))
        .where(sa.tuple_(col(Identity.kind), col(Identity.value)).in_(list(wanted)))
    )
    found = {(kind, value): Person(*rest) for kind, value, *rest in rows}
    _revive(session, [person.identity_id for person in found.values() if person.bounces])
    strangers = [address for key, address in wanted.items() if key not in found]
    return {**found, **_welcome(session, strangers)}


def hear(person: Person, told: Mapping[str, str], name: str) -> None:
    """What a channel tells about them fills gaps; written by `remember`."""
    if (name and not person.name) or any(told.get(each) for each in FROM_CHANNEL):
        learn(person, told, name)
        person.has_changed = True


def remember(session: Session, people: Iterable[Person]) -> None:
    changed = {person.id: person for person in people if person.has_changed}
    now = clock.now()
    change_many(
        session,
        Contact,
        [
            {"id": each.id, "updated_at": now, "indexed": False, "name": each.name,
             "language": each.language, "time_zone": each.time_zone, "city": each.city,
             "country": each.country}
            for each in changed.values()
        ],
    )  # fmt: skip


def _revive(session: Session, identity_ids: Sequence[str]) -> None:
    if identity_ids:
        session.execute(
            sa.update(Identity)
            .where(col(Identity.id).in_(identity_ids))
            .values(bouncing_since=None)
            .execution_options(synchronize_session=False)
        )


def _welcome(session: Session, strangers: Sequence[Address]) -> dict[Key, Person]:
    found: dict[Key, Person] = {}
    contacts, identities = [], []
    now = clock.now()
    for address in strangers:
        person = Person(ids.new(), address.name[:300], "", "", "", "", False, ids.new())
        found[address.kind, address.value] = person
        stamps = {"created_at": now, "updated_at": now}
        contacts.append({"id": person.id, "name": person.name, "custom": {}, **stamps})
        identities.append(
            {"id": person.identity_id, "contact_id": person.id, "kind": address.kind,
             "value": address.value, "name": person.name, "is_primary": True,
             "last_seen_at": now, **stamps}
        )  # fmt: skip
    insert_many(session, Contact, contacts)
    insert_many(session, Identity, identities)
    return found
