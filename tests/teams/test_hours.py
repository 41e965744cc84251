from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.teams.hours import BusinessHours, due_after

LONDON = ZoneInfo("Europe/London")
OFFICE = BusinessHours(time(9), time(17), range(5), LONDON, {date(2026, 12, 25)})
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


def at(text: str) -> datetime:
    """A moment by London's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-11-24T10:00", 60, "2026-11-24T11:00"),  # a Tuesday
        ("2026-11-24T07:00", 60, "2026-11-24T10:00"),  # before the office opens
        ("2026-11-24T16:30", 60, "2026-11-25T09:30"),  # over the night
        ("2026-11-24T20:00", 60, "2026-11-25T10:00"),  # after it closed
        ("2026-11-27T16:30", 60, "2026-11-30T09:30"),  # over the weekend
        ("2026-12-24T16:30", 60, "2026-12-28T09:30"),  # over a holiday and the weekend
        ("2026-11-24T16:00", 60, "2026-11-24T17:00"),  # to the minute it closes
        ("2026-03-27T16:30", 60, "2026-03-30T09:30"),  # over the change of the clock
    ],
)
def test_due_after_counts_business_minutes_alone(start: str, minutes: int, due: str) -> None:
    assert due_after(at(start), minutes, OFFICE) == at(due)


def test_due_after_around_the_clock_counts_every_minute() -> None:
    assert due_after(at("2026-11-28T03:00"), 15, OFFICE, around_the_clock=True) == at("2026-11-28T03:15")


def test_due_after_without_an_open_day_counts_every_minute() -> None:
    never = BusinessHours(time(9), time(17), (), LONDON)
    assert due_after(at("2026-11-28T03:00"), 15, never) == at("2026-11-28T03:15")


@given(MOMENTS, st.integers(1, 2000), st.integers(1, 2000))
def test_due_after_more_minutes_is_later_and_in_business_hours(start: datetime, few: int, more: int) -> None:
    sooner, later = due_after(start, few, OFFICE), due_after(start, few + more, OFFICE)
    assert start + timedelta(minutes=few) <= sooner < later
    opens, closes = OFFICE.window(sooner.astimezone(LONDON).date())
    assert opens <= sooner <= closes


@given(MOMENTS, st.integers(1, 2000), st.integers(1, 2000))
def test_due_after_in_two_parts_is_the_same_as_at_once(start: datetime, first: int, second: int) -> None:
    assert due_after(due_after(start, first, OFFICE), second, OFFICE) == due_after(start, first + second, OFFICE)


@pytest.mark.parametrize(
    ("begins", "ends", "minutes"),
    [
        ("2026-11-24T10:00", "2026-11-24T10:40", 40),  # a Tuesday
        ("2026-11-24T16:30", "2026-11-24T17:30", 30),  # over the end of the day
        ("2026-11-24T16:30", "2026-11-25T09:30", 60),  # over the night
        ("2026-11-28T10:00", "2026-11-28T11:00", 0),  # a Saturday
        ("2026-12-25T10:00", "2026-12-25T11:00", 0),  # a holiday
        ("2026-11-24T10:00", "2026-11-24T10:00", 0),
        ("2026-03-27T16:00", "2026-03-30T10:00", 120),  # over the change of the clock
    ],
)
def test_time_within_business_hours(begins: str, ends: str, minutes: int) -> None:
    assert OFFICE.within(at(begins), at(ends)) == timedelta(minutes=minutes)


@given(MOMENTS, st.integers(0, 5000), st.integers(0, 5000))
def test_time_within_business_hours_is_that_of_its_parts(start: datetime, first: int, second: int) -> None:
    middle, end = start + timedelta(minutes=first), start + timedelta(minutes=first + second)
    assert OFFICE.within(start, middle) + OFFICE.within(middle, end) == OFFICE.within(start, end)
