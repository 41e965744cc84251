import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.egress.payload import Masking, redact_texts
from apps.core.redaction import Destination, Kind, RedactionError, fingerprint

SECRET = "Maple#4410x"
TEXT = st.text(st.sampled_from("ab 1.\n@:#"), max_size=12)
PAYLOAD = st.recursive(
    TEXT | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)


def safe(texts: object, destination: Destination = Destination.WEBHOOK, **known: object) -> object:
    return redact_texts(texts, destination, Masking(**known)).texts


def test_every_text_at_any_depth_is_masked() -> None:
    texts = {"a": [f"password is {SECRET}", 7, None, True], "b": {"c": "from 10.20.30.40"}}
    assert safe(texts) == {
        "a": ["password is [password removed]", 7, None, True],
        "b": {"c": "from [IPv4 address removed]"},
    }


def test_counts_say_how_many_by_kind() -> None:
    found = redact_texts(["10.20.30.40", "10.20.30.41"], Destination.WEBHOOK, Masking())
    assert found.counts == {Kind.IPV4: 2}


def test_destination_decides_what_stays() -> None:
    assert safe(["from 10.20.30.40"], Destination.PSA_NOTE) == ["from 10.20.30.40"]


def test_identifiers_become_names_for_the_ai() -> None:
    first, second = safe(["from 10.20.30.40", "to 10.20.30.40"], Destination.AI, key=b"k")
    assert first.removeprefix("from ") == second.removeprefix("to ")
    assert "IPv4 address #" in first


def test_known_secrets_are_masked_wherever_they_stand() -> None:
    assert safe(["it was plum then"], literals=["plum"]) == ["it was [password removed] then"]


def test_value_that_runs_over_two_texts_is_masked_in_both() -> None:
    assert safe(["a plum", "pear b"], literals=["plum\npear"]) == ["a [password removed]", " b"]


def test_value_over_three_texts_empties_the_one_between() -> None:
    assert safe(["a x", "y", "z b"], literals=["x\ny\nz"]) == ["a [password removed]", "", " b"]


def test_false_hit_that_was_restored_stays() -> None:
    keep = [fingerprint(b"k", Kind.IPV4, "10.20.30.40")]
    assert safe(["from 10.20.30.40"], keep=keep, key=b"k") == ["from 10.20.30.40"]


def test_text_that_cannot_be_searched_raises() -> None:
    with pytest.raises(RedactionError):
        safe(["x"], literals=[7])


@given(PAYLOAD)
def test_payload_without_findings_comes_back_as_it_was(payload: object) -> None:
    found = redact_texts(payload, Destination.PSA_NOTE, Masking())
    assert found.counts or found.texts == payload


@given(st.lists(TEXT, max_size=5))
def test_redacting_twice_finds_nothing_new(texts: list[str]) -> None:
    once = safe(texts, literals=["ab", "1.\na"])
    assert safe(once, literals=["ab", "1.\na"]) == once
