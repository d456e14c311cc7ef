"""Put aside, and woken however long we were away."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from inbox.desk import snooze
from inbox.errors import Invalid
from inbox.events import SYSTEM
from inbox.model import Status
from inbox.testing import fixed_clock
from tests.cast import Cast


def test_everything_overdue_is_woken(session: Session, cast: Cast) -> None:
    with fixed_clock() as clock:
        due = [cast.conversation() for _ in range(3)]
        for days, conversation in enumerate(due, start=1):
            snooze.snooze(session, conversation, clock.now() + timedelta(days=days), by=SYSTEM)
        later, waiting = cast.conversation(), cast.conversation()
        snooze.snooze(session, later, clock.now() + timedelta(days=30), by=SYSTEM)
        snooze.snooze(session, waiting, None, by=SYSTEM)
        session.flush()
        clock.advance(days=10)

        woken = snooze.wake_due(session, clock.now(), by=SYSTEM)

        assert woken == 3
        assert {c.status for c in due} == {Status.OPEN}
        assert {c.last_at for c in due} == {clock.now()}
        assert {c.status for c in (later, waiting)} == {Status.SNOOZED}
        session.flush()
        assert snooze.wake_due(session, clock.now(), by=SYSTEM) == 0


def test_more_than_one_batch_is_woken_in_turns(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snooze, "WAKE_AT_ONCE", 2)
    with fixed_clock() as clock:
        for _ in range(5):
            until = clock.now() + timedelta(hours=1)
            snooze.snooze(session, cast.conversation(), until, by=SYSTEM)
        clock.advance(hours=2)
        turns = []
        for _ in range(4):
            session.flush()
            turns.append(snooze.wake_due(session, clock.now(), by=SYSTEM))

    assert turns == [2, 2, 1, 0]


def test_a_time_that_is_over_is_refused(session: Session, cast: Cast) -> None:
    with fixed_clock() as clock, pytest.raises(Invalid):
        snooze.snooze(session, cast.conversation(), clock.now(), by=SYSTEM)


def test_without_a_time_it_waits_for_the_reply(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()

    with pytest.raises(Invalid):
        snooze.snooze(session, conversation, None, until_reply=False, by=SYSTEM)

    assert snooze.snooze(session, conversation, None, by=SYSTEM).snoozed_until_reply
