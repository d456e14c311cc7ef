"""Two contacts that are one person: found, merged, and parted again.

A merge is one event with what was before, and from that event it is undone.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.crm import contacts
from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.model import ChannelThread, Contact, Conversation, Event, Identity

FILLED = (
    "name", "company_id", "title", "language", "time_zone", "city", "country", "about",
    "preferred_channel", "owner_id",
)  # fmt: skip


def merge(session: Session, contact: Contact, other_id: str, *, by: Actor) -> Event:
    """What the other has goes to `contact`: addresses, conversations, and fields that are empty."""
    other = contacts.get(session, other_id)
    if other.id == contact.id:
        raise Invalid(fields={"contact_id": "This is the same person already. Give another."})
    _hold(session, contact, other)
    before, after = _fill(contact, other)
    has_primary = any(i.is_primary for i in contacts.identities(session, contact.id))
    moved: dict[str, Any] = {
        "identities": _ids(session, Identity, other.id),
        "conversations": _ids(session, Conversation, other.id),
        "primary": [i.id for i in contacts.identities(session, other.id) if i.is_primary],
    }
    _give(session, moved, contact)
    if has_primary:
        _set_primary(session, moved["primary"], is_primary=False)
    other.merged_into_id = contact.id
    contact.version += 1
    session.add_all([contact, other])
    session.flush()
    return record(
        session, EventKind.CONTACTS_MERGED, by=by, contact_id=contact.id,
        merged_id=other.id, merged_name=other.name, **moved, before=before, after=after,
    )  # fmt: skip


def undo(session: Session, contact: Contact, merge_id: str, *, by: Actor) -> Contact:
    """The two are two again; what came since by an address of the other goes with them."""
    event = _of(session, contact, merge_id)
    what = event.particulars
    other = session.get_one(Contact, what["merged_id"])
    _hold(session, contact, other)
    newest = next((e for e in merges(session, contact.id) if _names(e, other.id)), None)
    if other.merged_into_id != contact.id or newest is None or newest.id != event.id:
        raise Conflict("This merge was undone already.")
    moved = {**what, "conversations": [*what["conversations"], *_since(session, contact, event)]}
    _give(session, moved, other, was=contact)
    _retell(session, moved["conversations"], event, other)
    _set_primary(session, what["primary"], is_primary=True)
    other.merged_into_id = None
    for name, value in what["after"].items():
        if getattr(contact, name) == value:  # nobody changed it meanwhile
            setattr(contact, name, what["before"][name])
    contact.version += 1
    session.add_all([contact, other])
    session.flush()
    contacts.rename_rows(session, contact)
    record(
        session, EventKind.CONTACTS_UNMERGED, by=by, contact_id=contact.id,
        merge_id=event.id, parted_id=other.id, parted_name=other.name,
    )  # fmt: skip
    return other


def merges(session: Session, contact_id: str) -> list[Event]:
    """The merges into this contact, newest first, undone ones as well."""
    wanted = select(Event).where(
        Event.contact_id == contact_id, Event.kind == EventKind.CONTACTS_MERGED
    )
    return list(session.exec(wanted.order_by(col(Event.seq).desc())))


def standing(session: Session, contact_id: str) -> list[Event]:
    """Those that can still be undone."""
    inside = set(session.exec(select(Contact.id).where(Contact.merged_into_id == contact_id)))
    found: dict[str, Event] = {}
    for event in merges(session, contact_id):
        found.setdefault(event.particulars["merged_id"], event)
    return [event for merged_id, event in found.items() if merged_id in inside]


def _of(session: Session, contact: Contact, merge_id: str) -> Event:
    event = session.exec(select(Event).where(Event.id == merge_id)).first()
    is_merge = event is not None and event.kind == EventKind.CONTACTS_MERGED
    if event is None or not is_merge or event.contact_id != contact.id:
        raise NotFound("There is no such merge of this contact.")
    return event


def _names(event: Event, contact_id: str) -> bool:
    return bool(event.particulars["merged_id"] == contact_id)


def _hold(session: Session, one: Contact, other: Contact) -> None:
    """Both rows until the commit, in one order, so that two merges at once can't lock up."""
    for contact in sorted((one, other), key=lambda each: each.id):
        session.refresh(contact, with_for_update={"key_share": True})


def _fill(contact: Contact, other: Contact) -> tuple[dict[str, Any], dict[str, Any]]:
    """Gaps are filled and nothing is overwritten; what they were and became."""
    gaps = [name for name in FILLED if not getattr(contact, name) and getattr(other, name)]
    before = {name: getattr(contact, name) for name in gaps}
    for name in gaps:
        setattr(contact, name, getattr(other, name))
    return before, {name: getattr(contact, name) for name in gaps}


def _ids(session: Session, table: type[Identity | Conversation], contact_id: str) -> list[str]:
    query = select(table.id).where(table.contact_id == contact_id).order_by(col(table.id))
    return list(session.exec(query))


def _give(
    session: Session, moved: Mapping[str, Any], to: Contact, *, was: Contact | None = None
) -> None:
    """Those of `moved` that still belong to `was`, if it is given."""
    tables: tuple[tuple[type[Identity | Conversation], str], ...] = (
        (Identity, "identities"), (Conversation, "conversations"),
    )  # fmt: skip
    for table, key in tables:
        change = sa.update(table).where(col(table.id).in_(moved[key]))
        if was:
            change = change.where(col(table.contact_id) == was.id)
        session.execute(
            change.values(contact_id=to.id).execution_options(synchronize_session="fetch")
        )
    contacts.rename_rows(session, to)


def _set_primary(session: Session, identity_ids: list[str], *, is_primary: bool) -> None:
    session.execute(
        sa.update(Identity)
        .where(col(Identity.id).in_(identity_ids))
        .values(is_primary=is_primary)
        .execution_options(synchronize_session="fetch")
    )


def _since(session: Session, contact: Contact, event: Event) -> list[str]:
    """Conversations begun after the merge by an address that goes away again."""
    threads = (
        select(ChannelThread.conversation_id)
        .join(Conversation, col(Conversation.id) == col(ChannelThread.conversation_id))
        .where(
            Conversation.contact_id == contact.id,
            col(Conversation.id) > event.id,
            col(ChannelThread.identity_id).in_(event.particulars["identities"]),
        )
    )
    return list(session.exec(threads))


def _retell(session: Session, conversation_ids: list[str], event: Event, other: Contact) -> None:
    """What happened meanwhile in conversations of the other is the other's history."""
    session.execute(
        sa.update(Event)
        .where(col(Event.conversation_id).in_(conversation_ids), col(Event.seq) > (event.seq or 0))
        .values(contact_id=other.id)
        .execution_options(synchronize_session=False)
    )
