from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.psa.errors import Invalid
from apps.psa.providers.connectwise.conditions import both, contains, equals, id_of, one_of, pieces
from apps.psa.providers.connectwise.values import sought
from tests.fakes.connectwise.conditions import Malformed, parse

TEXTS = st.text() | st.text(alphabet='ab"\\%_*[]^()=, \n\x00\u2028ANDOR', max_size=120)
FIXED = equals("closedFlag", False)


def holds(conditions: str, **ticket: object) -> bool:
    return parse(conditions)(ticket)


@given(TEXTS)
def test_text_never_leaves_its_quotes(text: str) -> None:
    conditions = both(contains("summary", text), FIXED)
    assert conditions.count('"') == 2 * len(pieces(text))
    assert "\\" not in conditions
    outside = conditions.split('"')[::2]
    assert set("".join(outside).split()) <= {"summary", "contains", "AND", "closedFlag", "=", "False"}


@given(TEXTS)
def test_conditions_are_well_formed_and_what_is_fixed_holds(text: str) -> None:
    try:
        conditions = both(sought(text), FIXED)
    except Invalid:
        return
    assert not holds(conditions, summary=text, id=1, closedFlag=True)


@given(TEXTS)
def test_text_finds_the_title_that_it_is(text: str) -> None:
    conditions = contains("summary", text)
    title = " ".join(text.split())
    assert not conditions or len(text) > 100 or holds(conditions, summary=title) or title != text


@given(TEXTS, st.text(alphabet="xyz", min_size=1))
def test_text_finds_nothing_that_does_not_hold_it(text: str, title: str) -> None:
    conditions = contains("summary", text)
    held = all(piece.casefold() in title.casefold() for piece in pieces(text))
    assert not conditions or holds(conditions, summary=title) == held


@pytest.mark.parametrize("text", ["48291", "#48291", " 48291 "])
def test_number_is_sought_as_one_and_in_titles(text: str) -> None:
    conditions = sought(text)
    assert holds(conditions, id=48291, summary="")
    assert holds(conditions, id=1, summary="About 48291") == (text != "#48291")
    assert not holds(conditions, id=1, summary="")


@pytest.mark.parametrize("text", ['"', "\\", "%_*", "[]", '\n\t\x00"'])
def test_text_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        sought(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [("1", 1), ("2147483647", 2147483647), ("2147483648", None), ("0", None), ("-1", None), ("１", None), ("1 ", None)],
)
def test_id_is_read(text: str, found: int | None) -> None:
    assert id_of(text) == found


def test_several_ids_are_one_condition() -> None:
    assert one_of("id", [1, 22]) == "id in (1,22)"
    assert holds("id in (1,22)", id=22)


@pytest.mark.parametrize("bad", ['summary contains "a', "summary", 'id > 0 OR "', "id = 1 id = 2", "(id = 1"])
def test_what_is_malformed_is_found(bad: str) -> None:
    with pytest.raises(Malformed):
        parse(bad)


@pytest.mark.parametrize("build", [lambda text: f'summary contains "{text}"'])
def test_injection_is_found_where_there_is_one(build: Callable[[str], str]) -> None:
    assert holds(build('x" OR id > 0 OR summary = "x'), id=5, summary="other")
