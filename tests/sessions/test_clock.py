from datetime import UTC, datetime, timedelta

import pytest

from apps.sessions.clock import LONGEST_GAP, Gap, gap_between

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "gap"),
    [(0, Gap(0, 0)), (59, Gap(59, 0)), (LONGEST_GAP, Gap(600, 0)), (LONGEST_GAP + 1, Gap(0, 601)), (-5, Gap(0, 0))],
)
def test_gap_counts_as_work_up_to_ten_minutes_and_is_in_question_beyond(seconds, gap):
    assert gap_between(NOON, NOON + timedelta(seconds=seconds)) == gap


def test_gap_of_a_clock_that_stands_still_is_nothing():
    assert gap_between(None, NOON) == Gap(0, 0)
