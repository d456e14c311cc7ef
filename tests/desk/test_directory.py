"""Contacts are found and sorted alike on both databases, whatever the case, marks and script."""

from typing import Literal

import pytest
from sqlmodel import Session

from inbox.crm import contacts, merging
from inbox.desk import directory, search
from inbox.desk.search import people
from inbox.envelope import Address, AddressKind
from inbox.events import SYSTEM
from tests.cast import Cast

NAMES = ("Žarko Đurić", "Анђела Чолић", "anna-maria lópez", "Zoë Ćosić", "Борис", "Bob")


@pytest.fixture
def listed(session: Session) -> None:
    for name in NAMES:
        contacts.create(session, name, [], by=SYSTEM)
    address = Address(kind=AddressKind.EMAIL, value="first.last@shop.example", name="")
    contacts.create(session, "", [address], by=SYSTEM)
    session.flush()
    while people.index_new(session):
        pass
    session.expire_all()


def names(session: Session, query: str = "", sort: str = "name") -> list[str]:
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = directory.page(session, query, cursor, sort=sort, limit=2)
        found += [entry.contact.name or entry.address for entry in page.entries]
        cursor = page.next
    return found


@pytest.mark.parametrize(
    ("query", "who"),
    [
        ("ĐURIĆ", ["Žarko Đurić"]),
        ("djur zar", ["Žarko Đurić"]),
        ("журић", []),
        ("ђури", ["Žarko Đurić"]),
        ("andjela colic", ["Анђела Чолић"]),
        ("Ćo", ["Анђела Чолић", "Zoë Ćosić"]),
        ("lopez maria", ["anna-maria lópez"]),
        ("bo", ["Bob", "Борис"]),
        ("last@shop", ["first.last@shop.example"]),
        ("%", []),
        ("o", []),
    ],
)
def test_the_beginnings_of_words_find_in_any_script(
    session: Session, listed: None, query: str, who: list[str]
) -> None:
    assert names(session, query) == who


@pytest.mark.parametrize("sort", ["name", "-name"])
def test_the_list_is_sorted_as_people_read_it(
    session: Session, listed: None, sort: Literal["name", "-name"]
) -> None:
    ordered = [
        "Анђела Чолић", "anna-maria lópez", "Bob", "Борис", "first.last@shop.example",
        "Žarko Đurić", "Zoë Ćosić",
    ]  # fmt: skip
    assert names(session, sort=sort) == (ordered if sort == "name" else ordered[::-1])


def test_the_newest_can_stand_first(session: Session, listed: None) -> None:
    assert names(session, sort="added")[:2] == ["Žarko Đurić", "Анђела Чолић"]
    assert names(session, sort="-added")[:2] == ["first.last@shop.example", "Bob"]


def test_messages_that_say_a_name_are_no_contacts(session: Session, cast: Cast) -> None:
    cast.incoming(cast.conversation(), "Please call Isidora")
    session.flush()
    while search.index_new(session) or people.index_new(session):
        pass

    assert names(session, "isidora") == []
    assert names(session, "marko") == ["Marko Marić"]


def test_a_new_name_is_found_and_the_old_one_no_more(session: Session, listed: None) -> None:
    (bob,) = directory.page(session, "bob").entries
    contacts.update(session, bob.contact, {"name": "Robert"}, by=SYSTEM)
    session.flush()
    assert people.index_new(session) == 1
    assert people.index_new(session) == 0
    session.expire_all()

    assert names(session, "bob") == []
    assert names(session, "robert") == ["Robert"]


def test_a_merged_contact_is_found_no_more_and_again_once_parted(session: Session) -> None:
    def found() -> set[str]:
        people.index_new(session)
        return {hit.contact.name for hit in search.find(session, "maric", None) if hit.contact}

    one, other = (contacts.create(session, f"{n} Maric", [], by=SYSTEM) for n in "AB")
    session.flush()
    assert found() == {"A Maric", "B Maric"}

    event = merging.merge(session, one, other.id, by=SYSTEM)
    assert found() == {"A Maric"}

    merging.undo(session, one, event.id, by=SYSTEM)
    assert found() == {"A Maric", "B Maric"}
