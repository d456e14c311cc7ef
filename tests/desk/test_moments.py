"""The moments that are offered: in the agent's zone, at the beginning of the working day."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.desk import moments
from inbox.errors import Invalid

WEDNESDAY = datetime(2026, 11, 25, 10, 2, tzinfo=UTC)
WEEK = {"0": [["07:30", "15:00"]], "3": [["13:00", "17:00"], ["08:00", "12:00"]], "5": []}


def offered(zone, now=WEDNESDAY, week=None):
    """What the agent's clock will show."""
    found = moments.choices(now, zone, week)
    return {c.name: c.at.astimezone(ZoneInfo(zone)).strftime("%a %H:%M") for c in found}


def test_without_a_plan_the_day_begins_at_nine_where_the_agent_is():
    assert offered("Europe/Belgrade") == {
        "later": "Wed 14:05",
        "evening": "Wed 18:00",
        "tomorrow": "Thu 09:00",
        "monday": "Mon 09:00",
        "week": "Wed 09:00",
    }


def test_with_a_plan_it_begins_when_work_does():
    found = offered("Europe/Belgrade", week=WEEK)

    assert found["tomorrow"] == "Thu 08:00"
    assert found["monday"] == "Mon 07:30"


def test_a_day_off_begins_like_a_day_of_work():
    friday = datetime(2026, 11, 27, 10, tzinfo=UTC)

    assert offered("UTC", friday, WEEK)["tomorrow"] == "Sat 07:30"


def test_tomorrow_is_the_agents_own_and_not_the_servers():
    late = datetime(2026, 11, 25, 22, 30, tzinfo=UTC)

    assert offered("Asia/Tokyo", late)["tomorrow"] == "Fri 09:00"
    assert offered("America/Los_Angeles", late)["tomorrow"] == "Thu 09:00"


def test_on_a_monday_monday_is_the_next_one():
    monday = datetime(2026, 11, 30, 10, tzinfo=UTC)
    (found,) = [c for c in moments.choices(monday, "UTC") if c.name == "monday"]

    assert found.at == datetime(2026, 12, 7, 9, tzinfo=UTC)


def test_the_clock_change_does_not_move_the_morning():
    saturday = datetime(2026, 10, 24, 10, tzinfo=UTC)

    assert offered("Europe/Belgrade", saturday)["tomorrow"] == "Sun 09:00"


@given(
    st.integers(1_577_836_800, 2_051_222_400).map(lambda at: datetime.fromtimestamp(at, UTC)),
    st.sampled_from(["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Europe/London"]),
)
def test_nothing_that_is_offered_is_over(now, zone):
    assert all(choice.at > now for choice in moments.choices(now, zone, WEEK))


def test_a_wall_clock_time_is_the_agents_and_an_offset_is_kept():
    local = moments.chosen("2026-11-26T09:30", "Europe/Belgrade", field="until")
    exact = moments.chosen("2026-11-26T09:30:00+02:00", "Europe/Belgrade", field="until")

    assert local == datetime(2026, 11, 26, 8, 30, tzinfo=UTC)
    assert exact == datetime(2026, 11, 26, 7, 30, tzinfo=UTC)
    assert moments.chosen("", "UTC", field="until") is None


def test_nonsense_names_its_field():
    with pytest.raises(Invalid) as refused:
        moments.chosen("tomorrow", "UTC", field="until")

    assert "2026-11-25T09:00" in refused.value.fields["until"]
