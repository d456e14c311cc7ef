"""Search finds the same on both databases, in either script and with or without marks."""

import pytest
from sqlmodel import Session

from inbox.desk import search
from inbox.model import Message
from tests.cast import Cast


@pytest.fixture
def messages(session: Session, cast: Cast) -> dict[str, Message]:
    conversation = cast.conversation(subject="")
    made = {
        text: cast.incoming(conversation, text)
        for text in ("Čišćenje đubreta u Žiči", "Ђорђе и Љубица", "Grün ist schön", "it's 100% ok")
    }
    while search.index_new(session):
        pass
    return made


def found(session: Session, query: str, inboxes: list[str] | None = None) -> list[str]:
    return [hit.message.text for hit in search.find(session, query, inboxes) if hit.message]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("ciscenje", "Čišćenje đubreta u Žiči"),
        ("ČIŠĆENJE", "Čišćenje đubreta u Žiči"),
        ("чишћење ђубрета", "Čišćenje đubreta u Žiči"),
        ("djubr", "Čišćenje đubreta u Žiči"),
        ("đorđe", "Ђорђе и Љубица"),
        ("djordje ljub", "Ђорђе и Љубица"),
        ("ЉУБИЦА", "Ђорђе и Љубица"),
        ("schon grun", "Grün ist schön"),
    ],
)
def test_letters_of_either_script_find_alike(
    session: Session, messages: dict[str, Message], query: str, text: str
) -> None:
    assert found(session, query) == [text]


@pytest.mark.parametrize("query", ["", "   ", "%", '"', "'", "* OR *", "a:b & !", "\x00", "()"])
def test_signs_are_no_orders_to_the_database(
    session: Session, messages: dict[str, Message], query: str
) -> None:
    assert found(session, query) == []


def test_every_word_must_be_there(session: Session, messages: dict[str, Message]) -> None:
    assert found(session, "grun ist") == ["Grün ist schön"]
    assert found(session, "grun ciscenje") == []


def test_only_what_may_be_seen_is_found(
    session: Session, cast: Cast, messages: dict[str, Message]
) -> None:
    assert found(session, "grun", []) == []
    assert found(session, "grun", [cast.inbox.id]) == ["Grün ist schön"]


def test_a_changed_message_is_found_by_its_new_words_alone(
    session: Session, messages: dict[str, Message]
) -> None:
    message = messages["Grün ist schön"]
    session.refresh(message)
    message.text, message.indexed = "Blau", False
    session.add(message)
    session.flush()

    assert search.index_new(session) == 1

    assert found(session, "schon") == []
    assert found(session, "blau") == ["Blau"]


def test_a_contact_is_found_by_name_and_address(
    session: Session, cast: Cast, messages: dict[str, Message]
) -> None:
    for query in ("maric", "Марић", "marko their"):
        contacts = [h.contact.id for h in search.find(session, query, None) if h.contact]
        assert contacts == [cast.contact.id], query
