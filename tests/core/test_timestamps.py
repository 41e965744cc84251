from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import DataError, connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES)


def read(value: object) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [value])
        return cursor.fetchone()[0]


class TestMoments(TestCase):
    @given(MOMENTS)
    def test_moment_comes_back_as_it_was_in_utc(self, moment: datetime) -> None:
        found = read(moment)
        assert (found, found.tzinfo) == (moment, UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["infinity", "-infinity", "0044-03-15 12:00:00+00 BC"])
def test_moment_that_python_cannot_hold_is_an_error(value: str) -> None:
    with pytest.raises(DataError):
        read(value)


@pytest.mark.django_db
def test_empty_moment_is_none() -> None:
    assert read(None) is None
