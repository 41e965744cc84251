from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.notifications.quiet import Quiet

LONDON = ZoneInfo("Europe/London")
EVERY_DAY = range(7)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def night(*days: int, zone: ZoneInfo = LONDON) -> Quiet:
    return Quiet(time(18), time(8), days or EVERY_DAY, zone)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-01-14 17:59", None),
        ("2026-01-14 18:00", "2026-01-15 08:00"),
        ("2026-01-15 00:30", "2026-01-15 08:00"),
        ("2026-01-15 07:59", "2026-01-15 08:00"),
        ("2026-01-15 08:00", None),
    ],
)
def test_until_of_a_night_begins_and_ends_on_the_minute(now: str, end: str | None) -> None:
    assert night().until(at(now)) == (at(end) if end else None)


def test_until_within_one_day_ends_that_day() -> None:
    lunch = Quiet(time(12), time(13), EVERY_DAY, LONDON)
    assert lunch.until(at("2026-01-14 12:30")) == at("2026-01-14 13:00")
    assert lunch.until(at("2026-01-14 13:00")) is None


def test_until_belongs_to_the_day_on_which_the_night_begins() -> None:
    friday = night(4)
    assert friday.until(at("2026-01-17 03:00")) == at("2026-01-17 08:00")  # Saturday morning
    assert friday.until(at("2026-01-16 03:00")) is None  # Friday morning


def test_until_reads_the_clock_of_the_zone() -> None:
    now = datetime(2026, 1, 14, 23, 30, tzinfo=UTC)
    assert night().until(now) == datetime(2026, 1, 15, 8, tzinfo=UTC)
    assert night(zone=ZoneInfo("America/New_York")).until(now) == datetime(2026, 1, 15, 13, tzinfo=UTC)
    assert night(zone=ZoneInfo("Asia/Tokyo")).until(now) is None


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-03-28T20:00+00:00", "2026-03-29T07:00+00:00"),  # the clock goes forward: one hour less
        ("2026-10-24T20:00+00:00", "2026-10-25T08:00+00:00"),  # and back: one hour more
    ],
)
def test_until_over_a_change_of_the_clock_ends_at_the_time_on_the_wall(now: str, end: str) -> None:
    assert night().until(datetime.fromisoformat(now)) == datetime.fromisoformat(end)


@given(
    start=st.times(), end=st.times(), days=st.sets(st.integers(0, 6)),
    now=st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from(["Europe/London", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"]).map(ZoneInfo),
)  # fmt: skip
def test_until_is_ahead_and_less_than_a_day_and_an_hour_away(
    start: time, end: time, days: set[int], now: datetime, zone: ZoneInfo
) -> None:
    found = Quiet(start, end, days, zone).until(now)
    assert found is None or now < found <= now + timedelta(hours=25)
    assert found is None or days
