"""The conditions, read as Request Tracker's own parser reads them (lib/RT/SQL.pm)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.psa.providers.ticket_sql import compare, is_id, like, one_line, subject_or_number

# A condition there, as its parser takes it: a string ends at the first quote that no backslash stands before.
STRING = r"'(?P<value>[^\\']*(?:\\.[^\\']*)*)'"
CONDITION = re.compile(rf"(?P<key>[\w.]+) LIKE {STRING}")
COLUMN = re.compile(r"CF\.(?:\{(.*)\}|(.*?))(?:\.(Content|LargeContent))?", re.I)  # taken for a column, quoted or not
PIECES = st.lists(st.sampled_from(["'", "\\", '"', "CF.", "%", "\n", "\0", " OR id > 0 ", "x", "é", "__Active__"]))
TEXTS = st.one_of(st.text(), PIECES.map("".join))


@given(TEXTS)
def test_text_stays_one_value(text: str) -> None:
    whole = CONDITION.fullmatch(like("Subject", text))
    assert whole
    value = re.sub(r"\\(.)", r"\1", whole["value"])
    assert not COLUMN.fullmatch(value)
    assert value in (one_line(text), f"_{one_line(text)[1:]}")


@given(TEXTS)
def test_number_stays_a_number(text: str) -> None:
    assert re.fullmatch(r"id < \d{1,9}", compare("id", text, "<"))


@pytest.mark.parametrize("text", ["0", "007", "-1", "1.5", "1e5", "１２", "", "9" * 10, "1\n"])
def test_no_number(text: str) -> None:
    assert not is_id(text)
    assert compare("id", text) == "id = 0"


def test_digits_are_sought_as_a_number_too() -> None:
    assert subject_or_number("48201") == "(Subject LIKE '48201' OR id = 48201)"
    assert subject_or_number("error 809") == "Subject LIKE 'error 809'"


def test_line_breaks_and_what_cannot_be_seen_become_blanks() -> None:
    assert one_line(" a\n\tb\x00c ") == "a b c"
