"""Rows of a file become interactions: those we have are passed over, the rest is added in sets."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session, col, select

from inbox.crm import contacts
from inbox.crm.contacts import Key, Known
from inbox.db import next_numbers
from inbox.desk import interactions
from inbox.desk.interaction_files import Row
from inbox.desk.interactions import Logged, Start
from inbox.envelope import Address, AddressKind
from inbox.events import Actor
from inbox.model import Conversation, Direction, Inbox, Status

TOGETHER = 200
REACHES = {"email": AddressKind.EMAIL, "sms": AddressKind.PHONE}


def known(session: Session, rows: Sequence[Row]) -> set[str]:
    """The external ids of those that are logged already."""
    return set(interactions.by_external_id(session, [row.external_id for row in rows]))


def take_in(session: Session, inbox: Inbox, rows: Sequence[Row], *, by: Actor) -> int:
    """At most TOGETHER rows; how many of them were new."""
    have = known(session, rows)
    wanted = {row.external_id: row for row in rows if row.external_id not in have}
    if not wanted:
        return 0
    people = contacts.find_or_create(session, [_address(row) for row in wanted.values()])
    session.flush()
    standing = _conversations(session, inbox, people)
    numbers = next_numbers(session, len(wanted))[::-1]
    for row in sorted(wanted.values(), key=lambda row: row.at):
        contact, identity = people[_key(row)]
        what = _logged(row)
        found = _fitting(standing[contact.id], inbox, what)
        if found is None:
            start = Start(
                contact=contact, inbox=inbox, number=numbers.pop(),
                identity=identity if REACHES.get(inbox.kind) == identity.kind else None,
            )  # fmt: skip
            found = interactions.begin(session, start, what, by=by)
            standing[contact.id].append(found)
        interactions.add(session, found, what, by=by)
    return len(wanted)


def _conversations(
    session: Session, inbox: Inbox, people: dict[Key, Known]
) -> dict[str, list[Conversation]]:
    found: dict[str, list[Conversation]] = defaultdict(list)
    asked = select(Conversation).where(
        col(Conversation.contact_id).in_({contact.id for contact, _ in people.values()}),
        Conversation.inbox_id == inbox.id,
        col(Conversation.status).not_in((Status.MERGED, Status.SPAM)),
    )
    for conversation in session.exec(asked.order_by(col(Conversation.id))):
        found[conversation.contact_id].append(conversation)
    return found


def _fitting(
    conversations: Sequence[Conversation], inbox: Inbox, what: Logged
) -> Conversation | None:
    """The one that was going on then, or had ended so lately that it goes on."""
    goes_on = timedelta(days=inbox.reopen_days)
    return next(
        (c for c in reversed(conversations) if c.created_at <= what.at <= c.last_at + goes_on), None
    )


def _key(row: Row) -> Key:
    return (AddressKind.EMAIL, row.email) if row.email else (AddressKind.PHONE, row.phone)


def _address(row: Row) -> Address:
    kind, value = _key(row)
    return Address(kind=kind, value=value, name=row.name)


def _logged(row: Row) -> Logged:
    return Logged(
        kind=row.kind, direction=Direction(row.direction), at=row.at, text=row.text,
        outcome=row.outcome, participants=row.participants, seconds=round(60 * (row.minutes or 0)),
        external_id=row.external_id,
    )  # fmt: skip
