"""A gap in what was fetched is found and told; what was erased does not come back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock
from inbox.desk import arrivals, comparing, seen_mail
from inbox.envelope import RawItem
from inbox.errors import Conflict
from inbox.events import SYSTEM, EventKind
from inbox.model import Arrival, Event, Inbox
from tests.cast import Cast


def item(uid: int, name: str = "", folder: str = "", validity: int = 7) -> RawItem:
    meta = {"uid": uid, "uidvalidity": validity, "folder": folder}
    return RawItem(external_id=name or f"<{uid}@x>", content=b"mail", meta=meta)


def store(session: Session, inbox: Inbox, *items: RawItem) -> list[str]:
    return arrivals.store(session, inbox.id, items, {})


def stored(session: Session) -> set[str]:
    return set(session.exec(select(Arrival.external_id)).all())


def erase(session: Session, external_id: str) -> None:
    session.execute(sa.delete(Arrival).where(col(Arrival.external_id) == external_id))


def test_numbers_are_kept_by_folder_and_validity(session: Session, cast: Cast) -> None:
    store(
        session,
        cast.inbox,
        item(1),
        item(2),
        item(1, "<s@x>", "sent"),
        item(1, "<n@x>", validity=8),
    )
    store(session, cast.inbox, item(2))

    assert seen_mail.numbers(session, cast.inbox.id, "", 7) == {1, 2}
    assert seen_mail.numbers(session, cast.inbox.id, "sent", 7) == {1}
    assert seen_mail.numbers(session, cast.inbox.id, "", 9) == set()


def test_what_has_no_number_needs_none(session: Session, cast: Cast) -> None:
    [made] = store(session, cast.inbox, RawItem(external_id="web", content=b"{}"))

    assert made
    assert seen_mail.unknown(session, cast.inbox.id, [RawItem(external_id="web")]) == []


def test_what_was_erased_does_not_come_back_by_itself_or_numbered_anew(
    session: Session, cast: Cast
) -> None:
    store(session, cast.inbox, item(1), item(2))
    erase(session, "<1@x>")

    again = store(
        session, cast.inbox, item(1, validity=99), item(2, validity=99), item(3, validity=99)
    )

    assert stored(session) == {"<2@x>", "<3@x>"}
    assert again[0] == ""
    assert all(again[1:])
    assert [
        i.external_id for i in seen_mail.unknown(session, cast.inbox.id, [item(1), item(4)])
    ] == ["<4@x>"]


def test_one_that_is_due_is_taken_by_one_worker(session: Session, cast: Cast) -> None:
    now = clock.now()
    assert comparing.claim(session, now) is None  # nothing was fetched yet
    cast.inbox.checkpoint, cast.inbox.created_at = {"uid": 1}, now - timedelta(days=2)
    session.flush()

    first, second = comparing.claim(session, now), comparing.claim(session, now)

    assert first
    assert first.id == cast.inbox.id
    assert second is None
    assert comparing.claim(session, now + timedelta(hours=2)) is not None  # the first one died


@pytest.mark.parametrize(
    ("hour", "hours_ago", "is_due"),
    [(2, 21, True), (2, 19, False), (12, 21, False), (12, 31, True)],
)
def test_it_is_done_at_night_or_when_it_waited_too_long(
    session: Session, cast: Cast, hour: int, hours_ago: int, is_due: bool
) -> None:
    now = clock.now().replace(hour=hour)
    cast.inbox.checkpoint, cast.inbox.checked_at = {"uid": 1}, now - timedelta(hours=hours_ago)
    session.flush()

    assert (comparing.claim(session, now) is not None) == is_due


def test_whoever_asks_need_not_wait(session: Session, cast: Cast) -> None:
    cast.inbox.checkpoint, cast.inbox.checked_at = {"uid": 1}, clock.now()
    comparing.want(session, cast.inbox.id, by=SYSTEM)
    session.flush()

    claimed = comparing.claim(session, clock.now())

    assert claimed
    assert not claimed.check_wanted


def test_where_nothing_was_fetched_there_is_nothing_to_compare(
    session: Session, cast: Cast
) -> None:
    with pytest.raises(Conflict):
        comparing.want(session, cast.inbox.id, by=SYSTEM)


def test_what_was_missed_is_told(session: Session, cast: Cast) -> None:
    found = comparing.finish(session, cast.inbox.id, 12, ["<3@x>"])
    session.flush()

    assert (found.checked["looked"], found.checked["missed"]) == (12, 1)
    event = session.exec(select(Event).where(Event.kind == EventKind.MAIL_MISSED)).one()
    assert event.particulars == {"count": 1, "external_ids": ["<3@x>"]}


def test_what_could_not_be_compared_is_tried_again(session: Session, cast: Cast) -> None:
    found = comparing.finish(session, cast.inbox.id, 0, [], "The link was lost.")

    assert found.checked_at is None
    assert found.checked["error"] == "The link was lost."
