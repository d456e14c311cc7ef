"""Where a conversation stands."""

import pytest
from sqlmodel import Session, select

from inbox import clock
from inbox.desk import counters, status
from inbox.errors import Invalid
from inbox.events import SYSTEM
from inbox.model import Event, Priority, Status
from tests.cast import Cast


@pytest.mark.parametrize("verb", [status.resolve, status.mark_spam])
def test_the_end_stops_every_clock(session: Session, cast: Cast, verb) -> None:
    conversation = cast.conversation(unread=2, waiting_since=clock.now())

    verb(session, conversation, by=SYSTEM)

    assert conversation.is_closed
    assert (conversation.unread, conversation.waiting_since) == (0, None)
    assert conversation.resolved_at is not None


def test_opened_again_it_has_no_end(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    status.resolve(session, conversation, by=SYSTEM)

    status.reopen(session, conversation, by=SYSTEM)

    assert (conversation.status, conversation.resolved_at) == (Status.OPEN, None)
    found = counters.read(session, [f"inbox:{cast.inbox.id}:{s}" for s in ("open", "resolved")])
    assert list(found.values()) == [1, 0]


def test_where_it_stands_already_nothing_happens(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()

    status.reopen(session, conversation, by=SYSTEM)
    status.set_priority(session, conversation, Priority.NONE, by=SYSTEM)
    status.mark_read(session, conversation, by=SYSTEM)

    assert conversation.version == 1
    assert session.exec(select(Event)).all() == []


def test_snoozing_needs_a_time(session: Session, cast: Cast) -> None:
    with pytest.raises(Invalid):
        status.set_status(session, cast.conversation(), Status.SNOOZED, by=SYSTEM)


@pytest.mark.parametrize("priority", [-1, 5])
def test_a_priority_that_is_none_is_refused(session: Session, cast: Cast, priority: int) -> None:
    with pytest.raises(Invalid):
        status.set_priority(session, cast.conversation(), priority, by=SYSTEM)


def test_a_priority_says_what_it_was(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()

    status.set_priority(session, conversation, 4, by=SYSTEM)

    assert session.exec(select(Event)).one().particulars == {"before": 0, "after": 4}


def test_read_and_unread_again(session: Session, cast: Cast) -> None:
    conversation = cast.conversation(unread=3)

    status.mark_read(session, conversation, by=SYSTEM)
    assert conversation.unread == 0
    status.mark_unread(session, conversation, by=SYSTEM)
    assert conversation.unread == 1


def test_opened_again_it_is_nobodys_if_its_agent_left(session: Session, cast: Cast) -> None:
    conversation = cast.conversation(assignee_id=cast.agents["Ana"].id, team_id=cast.team.id)
    status.resolve(session, conversation, by=SYSTEM)
    cast.agents["Ana"].active = False

    status.reopen(session, conversation, by=SYSTEM)

    assert (conversation.assignee_id, conversation.team_id) == (None, cast.team.id)
