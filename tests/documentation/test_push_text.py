from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.documentation.push_text import MOST_CHARACTERS, amended, cut, digest, hours_of, is_cut

NAME = "note-RF-1a2b3c4d.md"


@given(st.text(max_size=200), st.integers(0, 400))
def test_note_is_never_longer_than_a_ticket_takes_and_loses_nothing_that_fits(line: str, times: int) -> None:
    text = f"{line}\n" * times
    sent = cut(text, NAME)
    assert len(sent) <= MOST_CHARACTERS
    assert (sent == text) is not is_cut(text)


@pytest.mark.parametrize("line", ["a line of a note\n", "x" * 50_000])
def test_long_note_names_the_file_that_holds_the_rest(line: str) -> None:
    text = line * (100_000 // len(line))
    sent = cut(text, NAME)
    head, _, rest = sent.partition("\n\n… ")
    assert NAME in rest
    assert text.startswith(head)
    assert len(head) > MOST_CHARACTERS - 500


def test_note_that_replaces_another_says_so_first() -> None:
    assert amended("Issue: no VPN", "RF-1a2b3c4d").splitlines()[0] == "This replaces the note [RF-1a2b3c4d]."
    assert amended("Issue: no VPN", "") == "Issue: no VPN"


def test_digest_tells_one_text_from_another() -> None:
    assert digest("one") == digest("one") != digest("one ")


@pytest.mark.parametrize(
    ("seconds", "minutes", "hours"),
    [(0, 15, "0.00"), (1, 15, "0.25"), (900, 15, "0.25"), (901, 15, "0.50"), (3600, 6, "1.00"), (61, 1, "0.03")],
)
def test_hours_are_rounded_up_to_whole_steps(seconds: int, minutes: int, hours: str) -> None:
    assert hours_of(timedelta(seconds=seconds), minutes) == Decimal(hours)


@given(st.integers(0, 10_000_000), st.integers(1, 60))
def test_hours_are_never_less_than_what_was_worked_nor_a_step_more(seconds: int, minutes: int) -> None:
    entered = hours_of(timedelta(seconds=seconds), minutes) * 3600
    assert -18 <= entered - seconds < 60 * minutes + 18  # two decimals of an hour are 36 seconds
