"""What reports count: each thing once, on its day, within what may be seen."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from inbox import clock, ids, reports
from inbox.desk import interactions, merging, notes, replies, status
from inbox.desk.interactions import Logged
from inbox.desk.replies import Composed
from inbox.errors import Invalid, NotFound
from inbox.events import Actor
from inbox.model import Conversation, Direction, InteractionKind, Team
from inbox.reports.base import Scope, percentile
from tests.cast import Cast
from tests.desk.incoming import conversation_of, mail, take

BELGRADE = ZoneInfo("Europe/Belgrade")


def scope(**values) -> Scope:
    today = clock.now().astimezone(UTC).date()
    return Scope(**{"first": today - timedelta(days=2), "last": today, "zone": UTC, **values})


def rows(session: Session, slug: str, **values) -> list[dict]:
    session.flush()
    return reports.get(slug).rows(session, scope(**values))


@pytest.fixture
def worked(session: Session, cast: Cast) -> list[Conversation]:
    """Two mails of customers, one of whom called; Ana answered him twice, and resolved it."""
    said = take(session, cast.inbox, mail(), mail("mia@their.example"))
    found = [conversation_of(session, message) for message in said]
    ana = Actor.agent(cast.agents["Ana"])
    for number in range(2):
        replies.reply(session, found[0], Composed(text="Hi"), by=ana, request_id=str(number))
    notes.note(session, found[0], "Not counted", by=ana)
    call = Logged(kind=InteractionKind.CALL, direction=Direction.INCOMING, at=clock.now(),
                  text="Hi", seconds=60)  # fmt: skip
    interactions.log(session, found[0], call, by=ana)
    status.resolve(session, found[0], by=ana)
    session.flush()
    return found


def test_volume_counts_what_was_said_and_done_today(session: Session, worked) -> None:
    *before, today = rows(session, "volume")

    assert {k: today[k] for k in ("begun", "incoming", "outgoing", "resolved")} == {
        "begun": 2, "incoming": 2, "outgoing": 2, "resolved": 1,
    }  # fmt: skip
    assert all(row["begun"] == row["incoming"] == 0 for row in before)
    assert len(before) == 2


def test_a_day_is_that_of_the_workspace(session: Session, cast: Cast) -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # already the second in Belgrade
    cast.conversation(id=ids.first_at(late), created_at=late)
    session.flush()

    def begun(zone):
        span = scope(first=date(2026, 3, 1), last=date(2026, 3, 2), zone=zone)
        return [row["begun"] for row in reports.get("volume").rows(session, span)]

    assert begun(UTC) == [1, 0]
    assert begun(BELGRADE) == [0, 1]


def test_answers_are_timed_from_the_first_message(session: Session, cast: Cast) -> None:
    for minutes in (2, 4, 60):
        conversation = cast.conversation()
        conversation.first_reply_at = conversation.created_at + timedelta(minutes=minutes)
        session.add(conversation)
    begun_by_us = cast.conversation()
    begun_by_us.first_reply_at = begun_by_us.created_at
    session.add(begun_by_us)

    today = rows(session, "first-response")[-1]

    assert (today["begun"], today["done"], today["median"], today["most"]) == (4, 3, 240, 3600)


def test_a_matter_is_timed_until_it_is_done(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    conversation.resolved_at = conversation.created_at + timedelta(hours=1)
    session.add(conversation)

    assert rows(session, "resolution")[-1]["median"] == 3600
    assert rows(session, "resolution")[0]["median"] is None


def test_who_did_how_much(session: Session, worked) -> None:
    found = {row["agent"]: row for row in rows(session, "agents")}

    assert found["Ana"] == {"agent": "Ana", "replies": 2, "conversations": 1, "resolved": 1}
    assert found["Boris"]["replies"] == 0


def test_channels_are_told_apart(session: Session, worked) -> None:
    assert rows(session, "channels") == [
        {"channel": "email", "begun": 2, "incoming": 2, "outgoing": 2}
    ]


@pytest.mark.parametrize("slug", [report.slug for report in reports.REPORTS])
def test_only_the_team_and_the_inboxes_that_may_be_seen(
    session: Session, cast: Cast, worked, slug: str
) -> None:
    other = Team(name="Other")
    session.add(other)
    session.flush()

    def total(**values) -> int:
        return sum(
            value for row in rows(session, slug, **values) for value in row.values()
            if isinstance(value, int)
        )  # fmt: skip

    assert total(team_id=other.id) == total(inbox_ids=["elsewhere"]) == 0
    assert total(team_id=cast.team.id) == total(inbox_ids=[cast.inbox.id]) == total() > 0


def test_what_was_merged_is_counted_once(session: Session, cast: Cast) -> None:
    first, second = take(session, cast.inbox, mail(), mail())
    one, other = conversation_of(session, first), conversation_of(session, second)
    merging.merge(session, one, other, by=Actor.agent(cast.agents["Ana"]))

    today = rows(session, "volume")[-1]
    assert (today["begun"], today["incoming"]) == (1, 2)


def test_a_span_has_an_end(session: Session) -> None:
    today = clock.now().date()

    for wrong in (
        {"first": today, "last": today - timedelta(days=1)},
        {"first": today - timedelta(days=400)},
    ):
        with pytest.raises(Invalid):
            scope(**wrong)
    with pytest.raises(NotFound):
        reports.get("nothing")


def test_every_report_has_a_value_for_each_of_its_columns(session: Session, worked) -> None:
    for report in reports.REPORTS:
        names = [column.name for column in report.columns]
        assert report.bar in names
        for row in rows(session, report.slug):
            assert list(row) == names or set(row) == set(names)


def test_percentiles_are_of_what_there_is() -> None:
    assert percentile([], 0.5) is None
    assert [percentile([1, 2, 3, 4, 100], part) for part in (0.5, 0.9)] == [3, 100]
