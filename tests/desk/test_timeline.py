"""What was said and what happened, in order."""

from sqlmodel import Session

from inbox.desk import status, tags, timeline
from inbox.desk.timeline import Entry
from inbox.events import SYSTEM
from inbox.model import Attachment
from tests.cast import Cast
from tests.plans import plans


def words(entries: list[Entry]) -> list[str]:
    return [e.message.text if e.message else e.event.kind for e in entries]


def test_messages_and_events_stand_in_the_order_they_came(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    cast.incoming(conversation, "First")
    tags.tag(session, conversation, "boiler", by=SYSTEM)
    session.flush()
    cast.incoming(conversation, "Second")
    status.resolve(session, conversation, by=SYSTEM)
    session.flush()

    found = timeline.entries(session, conversation.id)

    assert words(found.entries) == ["First", "tag_added", "Second", "status_changed"]
    assert found.before is None


def test_what_the_message_beside_it_says_is_not_said_again(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    status.set_status(
        session, conversation, conversation.status.WAITING, by=SYSTEM, reason="answered"
    )
    session.flush()

    assert timeline.entries(session, conversation.id).entries == []


def test_older_pages_join_without_a_gap_or_a_double(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    expected = []
    for number in range(7):
        cast.incoming(conversation, str(number))
        tags.tag(session, conversation, f"tag {number}", by=SYSTEM)
        session.flush()
        expected += [str(number), "tag_added"]

    read, before = [], None
    while True:
        page = timeline.entries(session, conversation.id, before=before, limit=3)
        read = words(page.entries) + read
        before = page.before
        if before is None:
            break

    assert read == expected


def test_files_stand_at_their_message(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    bare = cast.incoming(conversation)
    message = cast.incoming(conversation, attachment_count=1)
    session.add(
        Attachment(
            message_id=message.id, name="a.png", content_type="image/png", size=1, digest="d"
        )
    )
    session.flush()

    entries = timeline.entries(session, conversation.id).entries

    assert [(e.message.id, [f.name for f in e.files]) for e in entries if e.message] == [
        (bare.id, []),
        (message.id, ["a.png"]),
    ]


def test_a_page_of_a_long_conversation_walks_its_own_span_of_events(sqlite_url: str) -> None:
    def read(session: Session) -> None:
        timeline._events(session, "some", since="m1", before="m2")

    steps = plans(sqlite_url, read)[-1].split(" / ")

    assert "ix_event_conversation (conversation_id=? AND seq>? AND seq<?)" in steps[0]
    assert all("SEARCH" in step or "SUBQUERY" in step for step in steps)


def test_the_mails_own_markup_is_not_read_for_the_page(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    cast.incoming(conversation, "Hello", html="<p>Hello</p>")
    cast.incoming(conversation, "Plain")
    session.flush()

    found = timeline.entries(session, conversation.id).entries

    assert [entry.message.html for entry in found] == [True, False]
