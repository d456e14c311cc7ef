"""Raw first: kept once, tried three times, then set aside for a person."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from inbox import clock
from inbox.desk import arrivals
from inbox.envelope import RawItem
from inbox.errors import Conflict, NotFound
from inbox.events import SYSTEM
from inbox.model import Arrival, ArrivalState, Event, Inbox
from tests.cast import Cast


def item(external_id: str, content: bytes = b"raw") -> RawItem:
    return RawItem(external_id=external_id, content=content, meta={"folder": "INBOX"})


def store(session: Session, cast: Cast, *external_ids: str) -> list[str]:
    return arrivals.store(session, cast.inbox.id, [item(e) for e in external_ids], {})


def expire(session: Session) -> None:
    for arrival in session.exec(select(Arrival)):
        session.refresh(arrival)
        arrival.lease_until = clock.now() - timedelta(seconds=1)
    session.flush()


def test_what_came_before_keeps_its_id(session: Session, cast: Cast) -> None:
    first = store(session, cast, "a", "b")
    second = store(session, cast, "b", "c", "a")

    assert (second[0], second[2]) == (first[1], first[0])
    assert len(session.exec(select(Arrival)).all()) == 3


def test_large_bytes_stand_in_the_file_store(session: Session, cast: Cast) -> None:
    arrivals.store(session, cast.inbox.id, [item("a", b"x" * 9)], {"a": "digest"})

    kept = session.exec(select(Arrival)).one()
    assert (kept.raw, kept.digest, kept.size) == (None, "digest", 9)
    assert kept.meta == {"folder": "INBOX"}


def test_a_claimed_arrival_is_nobody_elses(session: Session, cast: Cast) -> None:
    found = store(session, cast, "a", "b")

    assert [a.id for a in arrivals.claim_new(session, 10)] == sorted(found)
    assert arrivals.claim_new(session, 10) == []


def test_the_attempt_is_counted_before_the_try(session: Session, cast: Cast) -> None:
    store(session, cast, "a")
    for attempt in (1, 2):
        (claimed,) = arrivals.claim_new(session, 10)
        assert claimed.attempts == attempt
        expire(session)


def test_a_broken_arrival_is_set_aside_after_three_tries(session: Session, cast: Cast) -> None:
    (arrival_id,) = store(session, cast, "a")
    states = []
    for _ in range(arrivals.TRIES):
        assert len(arrivals.claim_new(session, 10)) == 1
        states.append(arrivals.fail(session, arrival_id, "boom", final=False, by=SYSTEM).state)
        session.flush()

    assert states == [ArrivalState.NEW, ArrivalState.NEW, ArrivalState.QUARANTINED]
    assert arrivals.claim_new(session, 10) == []
    assert session.exec(select(Event)).one().kind == "arrival_quarantined"


def test_what_nobody_can_read_is_set_aside_at_once(session: Session, cast: Cast) -> None:
    (arrival_id,) = store(session, cast, "a")

    failed = arrivals.fail(session, arrival_id, "No mail", final=True, by=SYSTEM)

    assert (failed.state, failed.error) == (ArrivalState.QUARANTINED, "No mail")


def test_a_released_arrival_has_all_its_tries_again(session: Session, cast: Cast) -> None:
    (arrival_id,) = store(session, cast, "a")
    arrivals.fail(session, arrival_id, "boom", final=True, by=SYSTEM)

    released = arrivals.release(session, arrival_id, by=SYSTEM)
    session.flush()

    assert (released.state, released.attempts) == (ArrivalState.NEW, 0)
    assert [a.id for a in arrivals.claim_new(session, 10)] == [arrival_id]


def test_a_discarded_arrival_keeps_its_bytes(session: Session, cast: Cast) -> None:
    (arrival_id,) = store(session, cast, "a")
    arrivals.fail(session, arrival_id, "boom", final=True, by=SYSTEM)

    discarded = arrivals.discard(session, arrival_id, by=SYSTEM)

    assert (discarded.state, discarded.raw) == (ArrivalState.DISCARDED, b"raw")
    with pytest.raises(Conflict):
        arrivals.release(session, arrival_id, by=SYSTEM)


def test_only_what_stands_in_quarantine_is_decided_upon(session: Session, cast: Cast) -> None:
    (arrival_id,) = store(session, cast, "a")

    for verb in (arrivals.release, arrivals.discard):
        with pytest.raises(Conflict):
            verb(session, arrival_id, by=SYSTEM)
        with pytest.raises(NotFound):
            verb(session, "nothing", by=SYSTEM)


def test_who_lost_the_lease_does_not_move_the_checkpoint(session: Session, cast: Cast) -> None:
    arrivals.move_checkpoint(session, cast.inbox.id, {"uid": 7}, epoch=2)

    with pytest.raises(Conflict):
        arrivals.move_checkpoint(session, cast.inbox.id, {"uid": 3}, epoch=1)

    session.expire_all()
    assert session.get_one(Inbox, cast.inbox.id).checkpoint == {"uid": 7}


def test_one_that_stops_the_process_each_time_is_set_aside_and_its_neighbours_are_not(
    session: Session, cast: Cast
) -> None:
    deadly, *_ = store(session, cast, "deadly", "good", "fine")
    for _ in range(arrivals.TRIES):  # the process stops with all of them in its hands
        assert arrivals.suspects(session) == 0
        arrivals.claim_new(session, 10)
        expire(session)
    while left := arrivals.suspects(session):  # from here on each is tried alone
        (alone,) = arrivals.claim_new(session, 1)
        if alone.id != deadly:
            arrivals.finish(session, [alone.id], ArrivalState.DONE)
        expire(session)
        assert left <= 3

    session.expire_all()
    found = {a.external_id: a.state for a in session.exec(select(Arrival))}
    assert found == {"deadly": "quarantined", "good": "done", "fine": "done"}
    assert arrivals.claim_new(session, 10) == []
