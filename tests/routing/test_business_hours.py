"""Calendar arithmetic over daylight saving, nights and holidays."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from inbox.model import BusinessHours
from inbox.routing.business_hours import is_open, next_opening, open_seconds_between

HOUR = 3600
WORKDAYS = {str(day): [["09:00", "17:00"]] for day in range(5)}
OFFICE = BusinessHours(name="Office", time_zone="Europe/Belgrade", week=WORKDAYS)
NIGHT = BusinessHours(name="Night", time_zone="UTC", week={"0": [["22:00", "06:00"]]})
MONDAY = date(2026, 3, 2)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


times = st.sampled_from(["00:00", "00:30", "02:00", "02:30", "03:00", "09:00", "17:30", "23:59"])
weeks = st.dictionaries(
    st.sampled_from("0123456"), st.lists(st.tuples(times, times | st.just("24:00")), max_size=3)
)
calendars = st.builds(
    BusinessHours,
    name=st.just("Any"),
    time_zone=st.sampled_from(
        ["UTC", "Europe/Belgrade", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut"]
    ),
    week=weeks,
)
near_a_change = st.sampled_from([utc(2026, 3, 7), utc(2026, 3, 28), utc(2026, 10, 24)]).flatmap(
    lambda start: st.integers(0, 5 * 24 * 60).map(
        lambda minutes: start + timedelta(minutes=minutes)
    )
)
holidays = st.sets(st.sampled_from([date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25)]))


@given(calendars, holidays, near_a_change, near_a_change, near_a_change)
def test_open_time_adds_up(
    hours: BusinessHours, days: set[date], one: datetime, two: datetime, three: datetime
) -> None:
    first, middle, last = sorted([one, two, three])

    halves = open_seconds_between(hours, days, first, middle) + open_seconds_between(
        hours, days, middle, last
    )
    assert open_seconds_between(hours, days, first, last) == halves
    assert 0 <= halves <= (last - first).total_seconds()


@given(calendars, holidays, near_a_change)
def test_open_time_of_an_hour_is_its_open_minutes(
    hours: BusinessHours, days: set[date], moment: datetime
) -> None:
    minutes = [moment + timedelta(minutes=minute) for minute in range(60)]

    assert open_seconds_between(hours, days, moment, moment + timedelta(hours=1)) == 60 * sum(
        is_open(hours, days, minute) for minute in minutes
    )


@given(calendars, holidays, near_a_change)
def test_we_are_open_at_the_next_opening_and_closed_until_then(
    hours: BusinessHours, days: set[date], moment: datetime
) -> None:
    opening = next_opening(hours, days, moment)

    if opening is None:
        assert not any(hours.week.values())
    else:
        assert is_open(hours, days, opening)
        assert open_seconds_between(hours, days, moment, opening) == 0


def test_the_start_is_open_and_the_end_is_closed() -> None:
    assert not is_open(OFFICE, (), utc(2026, 3, 2, 7, 59))
    assert is_open(OFFICE, (), utc(2026, 3, 2, 8, 0))
    assert is_open(OFFICE, (), utc(2026, 3, 2, 15, 59))
    assert not is_open(OFFICE, (), utc(2026, 3, 2, 16, 0))


def test_an_office_keeps_its_wall_clock_over_daylight_saving() -> None:
    assert next_opening(OFFICE, (), utc(2026, 3, 27, 20, 0)) == utc(2026, 3, 30, 7, 0)
    assert next_opening(OFFICE, (), utc(2026, 10, 23, 20, 0)) == utc(2026, 10, 26, 8, 0)


def test_a_night_over_the_change_is_an_hour_shorter_or_longer() -> None:
    night = BusinessHours(
        name="Night", time_zone="Europe/Belgrade", week={"5": [["22:00", "06:00"]]}
    )

    assert open_seconds_between(night, (), utc(2026, 3, 28), utc(2026, 3, 30)) == 7 * HOUR
    assert open_seconds_between(night, (), utc(2026, 10, 24), utc(2026, 10, 26)) == 9 * HOUR


def test_a_night_goes_on_into_the_next_day() -> None:
    assert is_open(NIGHT, (), utc(2026, 3, 3, 5, 59))
    assert not is_open(NIGHT, (), utc(2026, 3, 3, 6, 0))


def test_a_holiday_opens_nothing_and_ends_the_night_before_it_at_midnight() -> None:
    tuesday = MONDAY + timedelta(days=1)

    assert not is_open(NIGHT, {MONDAY}, utc(2026, 3, 3, 5, 0))
    assert is_open(NIGHT, {tuesday}, utc(2026, 3, 2, 23, 59))
    assert not is_open(NIGHT, {tuesday}, utc(2026, 3, 3, 0, 0))


def test_the_next_opening_passes_over_holidays() -> None:
    days = {MONDAY, MONDAY + timedelta(days=1)}

    assert next_opening(OFFICE, days, utc(2026, 3, 1, 12, 0)) == utc(2026, 3, 4, 8, 0)


def test_hours_that_overlap_count_once() -> None:
    hours = BusinessHours(
        name="Twice", time_zone="UTC", week={"0": [["09:00", "12:00"], ["10:00", "13:00"]]}
    )

    assert open_seconds_between(hours, (), utc(2026, 3, 2), utc(2026, 3, 3)) == 4 * HOUR


def test_a_whole_day_is_written_until_24_00() -> None:
    hours = BusinessHours(name="Day", time_zone="UTC", week={"0": [["00:00", "24:00"]]})

    assert open_seconds_between(hours, (), utc(2026, 3, 1), utc(2026, 3, 9)) == 24 * HOUR


def test_who_has_no_hours_never_opens() -> None:
    hours = BusinessHours(name="Never", time_zone="UTC", week={})

    assert next_opening(hours, (), utc(2026, 3, 2)) is None
    assert open_seconds_between(hours, (), utc(2026, 3, 3), utc(2026, 3, 2)) == 0
