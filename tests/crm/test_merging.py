"""Two contacts that are one person: merged by one event, and parted again by it."""

import pytest
from sqlmodel import Session, col, select

from inbox.crm import contacts, merging, suggesting
from inbox.desk import history
from inbox.envelope import Address, AddressKind
from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import SYSTEM, Actor
from inbox.model import Company, Contact, Conversation, Event, Identity
from tests.cast import Cast
from tests.desk.incoming import conversation_of, mail, take

ANA = Actor("agent", "ana", "Ana")


@pytest.fixture
def other(session: Session, cast: Cast) -> Contact:
    """Marko again, by another address, with what the first does not know."""
    addresses = [Address(kind=AddressKind.EMAIL, value="marko@work.example")]
    made = contacts.create(session, "M. Marić", addresses, by=SYSTEM)
    made.city, made.about = "Niš", "Likes boilers"
    session.add(made)
    session.flush()
    return made


def owner_of(session: Session, value: str) -> str:
    return session.exec(select(Identity).where(Identity.value == value)).one().contact_id


def test_addresses_conversations_and_gaps_go_to_the_one_that_stays(
    session: Session, cast: Cast, other: Contact
) -> None:
    (message,) = take(session, cast.inbox, mail("marko@work.example"))

    merging.merge(session, cast.contact, other.id, by=ANA)

    conversation = conversation_of(session, message)
    assert (conversation.contact_id, conversation.contact_name) == (cast.contact.id, "Marko Marić")
    assert owner_of(session, "marko@work.example") == cast.contact.id
    assert (cast.contact.name, cast.contact.city) == ("Marko Marić", "Niš")
    assert contacts.get(session, other.id).id == cast.contact.id


def test_who_writes_by_the_other_address_is_the_one_that_stays(
    session: Session, cast: Cast, other: Contact
) -> None:
    merging.merge(session, cast.contact, other.id, by=ANA)

    (message,) = take(session, cast.inbox, mail("marko@work.example"))

    assert conversation_of(session, message).contact_id == cast.contact.id


def test_an_undone_merge_leaves_everything_as_it_was(
    session: Session, cast: Cast, other: Contact
) -> None:
    (message,) = take(session, cast.inbox, mail("marko@work.example"))
    before = (cast.contact.city, cast.contact.about, other.name)
    event = merging.merge(session, cast.contact, other.id, by=ANA)

    merging.undo(session, cast.contact, event.id, by=ANA)

    assert (cast.contact.city, cast.contact.about, other.name) == before
    assert conversation_of(session, message).contact_id == other.id
    assert conversation_of(session, message).contact_name == "M. Marić"
    assert owner_of(session, "marko@work.example") == other.id
    assert merging.standing(session, cast.contact.id) == []
    assert [i.is_primary for i in contacts.identities(session, other.id)] == [True]


def test_what_came_since_goes_with_its_address(
    session: Session, cast: Cast, other: Contact
) -> None:
    event = merging.merge(session, cast.contact, other.id, by=ANA)
    theirs, ours = take(
        session, cast.inbox, mail("marko@work.example"), mail("marko@their.example")
    )

    merging.undo(session, cast.contact, event.id, by=ANA)

    assert conversation_of(session, theirs).contact_id == other.id
    assert conversation_of(session, ours).contact_id == cast.contact.id
    said = {e.message.id for e in history.of(session, other.id, None).items if e.message}
    assert said == {theirs.id}


def test_what_was_corrected_meanwhile_stays(session: Session, cast: Cast, other: Contact) -> None:
    event = merging.merge(session, cast.contact, other.id, by=ANA)
    contacts.update(session, cast.contact, {"city": "Subotica"}, by=ANA)

    merging.undo(session, cast.contact, event.id, by=ANA)

    assert (cast.contact.city, cast.contact.about) == ("Subotica", "")


def test_a_merge_is_undone_once(session: Session, cast: Cast, other: Contact) -> None:
    first = merging.merge(session, cast.contact, other.id, by=ANA)
    merging.undo(session, cast.contact, first.id, by=ANA)
    second = merging.merge(session, cast.contact, other.id, by=ANA)

    with pytest.raises(Conflict):
        merging.undo(session, cast.contact, first.id, by=ANA)
    assert [e.id for e in merging.standing(session, cast.contact.id)] == [second.id]
    with pytest.raises(NotFound):
        merging.undo(session, other, second.id, by=ANA)


def test_nobody_is_merged_into_themselves(session: Session, cast: Cast, other: Contact) -> None:
    merging.merge(session, cast.contact, other.id, by=ANA)

    for same in (cast.contact.id, other.id):
        with pytest.raises(Invalid):
            merging.merge(session, cast.contact, same, by=ANA)
    with pytest.raises(NotFound):
        merging.merge(session, cast.contact, "nobody", by=ANA)


def test_the_history_holds_that_of_everybody_inside(
    session: Session, cast: Cast, other: Contact
) -> None:
    third = contacts.create(
        session, "", [Address(kind=AddressKind.PHONE, value="+381641234567")], by=SYSTEM
    )
    (message,) = take(session, cast.inbox, mail("marko@work.example"))
    merging.merge(session, other, third.id, by=ANA)
    merging.merge(session, cast.contact, other.id, by=ANA)

    seen, cursor = [], ""
    while True:
        page = history.of(session, cast.contact.id, None, cursor=cursor, limit=2)
        seen += page.items
        if not page.next:
            break
        cursor = page.next

    numbers = [entry.event.seq for entry in seen]
    assert numbers == sorted(set(numbers), reverse=True)
    assert [e.message.id for e in seen if e.message] == [message.id]
    assert {e.event.contact_id for e in seen} >= {third.id, other.id, cast.contact.id}
    hidden = history.of(session, cast.contact.id, ["elsewhere"]).items
    assert not [e for e in hidden if e.message]


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("email", "marko+shop@their.example", "same_email"),
        ("external", "marko@their.example", "same_email"),
        ("email", "someone@their.example", None),
    ],
)
def test_a_suggestion_says_why(session, cast: Cast, kind: str, value: str, reason) -> None:
    made = contacts.create(session, "", [Address(kind=AddressKind(kind), value=value)], by=SYSTEM)
    session.flush()

    found = suggesting.suggestions(session, made)

    assert [(one.contact.id, one.reason) for one in found] == (
        [(cast.contact.id, reason)] if reason else []
    )


def test_a_name_is_a_weaker_reason_and_a_company_makes_it_stronger(
    session: Session, cast: Cast
) -> None:
    namesake = contacts.create(session, "Marko Marić", [], by=SYSTEM)
    short = contacts.create(session, "Marko", [], by=SYSTEM)
    session.flush()

    assert [s.reason for s in suggesting.suggestions(session, namesake)] == ["same_name"]
    assert suggesting.suggestions(session, short) == []

    company = Company(name="Boilers")
    session.add(company)
    session.flush()
    cast.contact.company_id = namesake.company_id = company.id
    session.add_all([cast.contact, namesake])
    session.flush()
    assert [s.reason for s in suggesting.suggestions(session, namesake)] == [
        "same_name_and_company"
    ]


def test_one_event_tells_of_a_merge(session: Session, cast: Cast, other: Contact) -> None:
    cast.conversation()
    event = merging.merge(session, cast.contact, other.id, by=ANA)
    session.flush()

    told = session.exec(select(Event).where(col(Event.seq) >= event.seq)).all()
    assert [one.kind for one in told] == ["contacts_merged"]
    assert event.particulars["before"] == {"city": "", "about": ""}
    assert session.exec(select(Conversation)).one().contact_id == cast.contact.id
