"""A call is a message at the time at which it was, and one program's id is one call."""

from datetime import UTC, timedelta

import pytest
from sqlmodel import Session, select

from inbox import clock, reports
from inbox.desk import history, interactions, search, timeline
from inbox.desk.interactions import Logged, Start
from inbox.errors import Invalid
from inbox.events import SYSTEM, Actor
from inbox.model import Direction, Event, InteractionKind, Status
from inbox.reports.base import Scope
from tests.cast import Cast


def call(**changes) -> Logged:
    given = {
        "kind": "call", "direction": Direction.INCOMING, "at": clock.now() - timedelta(hours=1),
        "text": "The cork broke", "outcome": "Wants a new bottle", "seconds": 540,
        "participants": "Marko Ilić",
    }  # fmt: skip
    return Logged(**given | changes)


def test_a_call_stands_in_the_timeline_at_its_time(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    cast.incoming(conversation, "Written later")
    conversation.last_at, conversation.preview = clock.now(), "Written later"
    session.flush()
    ana = Actor.agent(cast.agents["Ana"])
    earlier = call(at=clock.now() - timedelta(days=2))
    message = interactions.log(session, conversation, earlier, by=ana)
    session.flush()
    said = [e for e in timeline.entries(session, conversation.id).entries if e.message]

    assert said[0].message.id == message.id
    assert (said[0].logged.seconds, said[0].logged.logged_by) == (540, "Ana")
    assert said[0].message.created_at < said[1].message.created_at
    assert conversation.preview == "Written later"


def test_the_same_call_twice_is_one(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    before = conversation.message_count
    what = call(external_id="pbx-1")
    first, second = (interactions.log(session, conversation, what, by=SYSTEM) for _ in range(2))

    assert first.id == second.id
    assert conversation.message_count == before + 1


@pytest.mark.parametrize(("kind", "still_waits"), [("letter", True), ("call", False)])
def test_who_was_spoken_to_waits_no_more_but_who_wrote_a_letter_does(
    session: Session, cast: Cast, kind: str, still_waits: bool
) -> None:
    conversation = cast.conversation()
    conversation.waiting_since = clock.now() - timedelta(hours=2)
    session.flush()
    interactions.log(session, conversation, call(kind=InteractionKind(kind)), by=SYSTEM)

    assert bool(conversation.waiting_since) == still_waits


@pytest.mark.parametrize(("words", "hits"), [("ilic", 1), ("bottle", 1), ("cork", 1), ("no", 0)])
def test_a_call_is_found_by_who_took_part_and_by_its_outcome(
    session: Session, cast: Cast, words: str, hits: int
) -> None:
    interactions.log(session, cast.conversation(), call(), by=SYSTEM)
    session.flush()
    search.index_new(session)

    assert len([hit for hit in search.find(session, words, None) if hit.message]) == hits


@pytest.mark.parametrize("is_open", [False, True])
def test_a_new_conversation_is_done_unless_something_is_left_to_do(
    session: Session, cast: Cast, is_open: bool
) -> None:
    what = call()
    start = Start(contact=cast.contact, inbox=cast.inbox, is_open=is_open)
    conversation = interactions.begin(session, start, what, by=SYSTEM)
    interactions.log(session, conversation, what, by=SYSTEM)
    session.flush()
    told = session.exec(select(Event.kind).where(Event.conversation_id == conversation.id)).all()

    assert conversation.status is (Status.OPEN if is_open else Status.RESOLVED)
    assert ("conversation_created" in told) == is_open
    happened = history.of(session, cast.contact.id, None).items
    assert [entry.message.text for entry in happened if entry.message] == ["The cork broke"]


def test_reports_count_calls_apart_from_what_was_written(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    interactions.log(session, conversation, call(), by=SYSTEM)
    ours = call(direction=Direction.OUTGOING, seconds=60)
    interactions.log(session, conversation, ours, by=SYSTEM)
    session.flush()
    today = clock.now().astimezone(UTC).date()
    scope = Scope(first=today - timedelta(days=2), last=today, zone=UTC)
    written = reports.get("channels").rows(session, scope)

    assert reports.get("interactions").rows(session, scope) == [
        {"channel": "call", "incoming": 1, "outgoing": 1, "length": 600}
    ]
    assert sum(row["incoming"] + row["outgoing"] for row in written) == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"at": clock.now() + timedelta(days=1)}, "at"),
        ({"seconds": -1}, "minutes"),
        ({"text": " ", "outcome": ""}, "text"),
    ],
)
def test_what_cannot_have_been_is_refused(
    session: Session, cast: Cast, changes: dict, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        interactions.log(session, cast.conversation(), call(**changes), by=SYSTEM)

    assert set(refused.value.fields) == {field}
