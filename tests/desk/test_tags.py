"""Words that sort conversations."""

import pytest
from sqlmodel import Session, select

from inbox.desk import tags
from inbox.errors import Invalid
from inbox.events import SYSTEM
from inbox.model import Event, Tag
from tests.cast import Cast


def names(session: Session, conversation_id: str) -> list[str]:
    return [tag.name for tag in tags.of(session, [conversation_id])[conversation_id]]


def test_a_tag_is_made_on_first_use_and_added_once(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()

    for name in ("Big  Leak", "big leak", "alarm"):
        tags.tag(session, conversation, name, by=SYSTEM)

    assert names(session, conversation.id) == ["alarm", "big leak"]
    assert len(session.exec(select(Tag)).all()) == 2
    assert len(session.exec(select(Event)).all()) == 2


def test_a_tag_taken_off_stays_for_the_others(session: Session, cast: Cast) -> None:
    one, other = cast.conversation(), cast.conversation()
    for conversation in (one, other):
        tags.tag(session, conversation, "leak", by=SYSTEM)

    tags.untag(session, one, "LEAK", by=SYSTEM)
    tags.untag(session, one, "leak", by=SYSTEM)

    assert names(session, one.id) == []
    assert names(session, other.id) == ["leak"]
    assert len(session.exec(select(Event).where(Event.kind == "tag_removed")).all()) == 1


@pytest.mark.parametrize("name", ["", "  ", "x" * 65])
def test_what_is_no_tag_is_refused(session: Session, cast: Cast, name: str) -> None:
    with pytest.raises(Invalid):
        tags.tag(session, cast.conversation(), name, by=SYSTEM)
