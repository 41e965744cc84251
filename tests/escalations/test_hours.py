from datetime import datetime, time

import pytest

from apps.escalations.hours import is_on_shift


@pytest.mark.parametrize(
    ("local", "covered"),
    [
        (datetime(2026, 11, 24, 18), True),  # Tuesday evening
        (datetime(2026, 11, 24, 17, 59), False),
        (datetime(2026, 11, 25, 7, 59), True),  # the morning after
        (datetime(2026, 11, 25, 8), False),
        (datetime(2026, 11, 26, 7), False),
    ],
)
def test_shift_over_night_ends_on_the_next_day(local: datetime, covered: bool) -> None:
    assert is_on_shift(1, time(18), time(8), local) is covered


def test_shift_of_a_day_covers_its_hours_alone() -> None:
    assert is_on_shift(1, time(8), time(18), datetime(2026, 11, 24, 8))
    assert not is_on_shift(1, time(8), time(18), datetime(2026, 11, 24, 18))
    assert not is_on_shift(1, time(8), time(18), datetime(2026, 11, 25, 9))
