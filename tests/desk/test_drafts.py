"""What an agent is writing."""

import pytest
from sqlmodel import Session

from inbox.desk import drafts
from inbox.errors import Invalid
from tests.cast import Cast


@pytest.fixture
def place(cast: Cast) -> tuple[str, str]:
    return cast.agents["Ana"].id, cast.conversation().id


def save(session: Session, place: tuple[str, str], kind: str, text: str, version: int) -> str:
    draft = drafts.save(session, *place, kind, text, {}, version)
    session.flush()
    return draft.text


def test_an_older_version_never_wins(session: Session, place: tuple[str, str]) -> None:
    assert save(session, place, "reply", "Dear", 1) == "Dear"
    assert save(session, place, "reply", "Dear Marko", 2) == "Dear Marko"
    assert save(session, place, "reply", "Dea", 1) == "Dear Marko"


def test_a_reply_and_a_note_are_kept_beside_each_other(
    session: Session, cast: Cast, place: tuple[str, str]
) -> None:
    save(session, place, "reply", "Dear", 1)
    save(session, place, "note", "He is nice", 1)
    save(session, (cast.agents["Boris"].id, place[1]), "note", "Not mine", 1)

    found = drafts.of(session, *place)

    assert {kind: d.text for kind, d in found.items()} == {"reply": "Dear", "note": "He is nice"}
    drafts.drop(session, *place, "reply")
    drafts.drop(session, *place, "reply")
    session.flush()
    assert list(drafts.of(session, *place)) == ["note"]


@pytest.mark.parametrize(("kind", "text"), [("poem", "x"), ("note", "x" * 500_001)])
def test_what_is_no_draft_is_refused(
    session: Session, place: tuple[str, str], kind: str, text: str
) -> None:
    with pytest.raises(Invalid):
        save(session, place, kind, text, 1)


def test_an_empty_text_leaves_nothing(session: Session, place: tuple[str, str]) -> None:
    save(session, place, "reply", "Dear", 1)
    assert save(session, place, "reply", " ", 2) == " "

    assert drafts.of(session, *place) == {}
