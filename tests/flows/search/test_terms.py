import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.flows.search.terms import LONGEST_TERM, STOP_WORDS, search_codes, search_terms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Printers are printing", ["printer", "print"]),
        ("the of and", []),
        ("0x80070005", ["0x80070005", "80070005"]),
        ("KB5034441", ["kb5034441", "5034441"]),
        ("SMTP 5.7.57", ["smtp", "5.7.57", "57"]),
        ("ERR_CERT_DATE", ["err_cert_d", "err", "cert", "date"]),
        ("0x8007eed", ["0x8007eed", "8007eed"]),
        ("e-mail", ["mail"]),
        ("a\x00b \ud800 😀 ' OR 1=1; --", []),
        ("ＫＢ５０３４４４１", ["kb5034441", "5034441"]),
    ],
)
def test_search_terms_of_text_are_stems_and_codes(text: str, terms: list[str]) -> None:
    assert search_terms(text) == terms


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("fails with 0X80070005.", {"0x80070005"}),
        ("install KB5034441 (AADSTS50126)", {"kb5034441", "aadsts50126"}),
        ("Event ID 4625", {"4625"}),
        ("event 4625, reason 66", {"4625", "66"}),
        ("809", {"809"}),
        ("Ubuntu 12.04 on 8 machines", set()),
    ],
)
def test_search_codes_of_text_are_whole(text: str, codes: set[str]) -> None:
    assert search_codes(text) == codes


def test_search_terms_of_huge_text_are_cut() -> None:
    assert len(search_terms("ab." * 1_000_000)) <= 200_000


@given(st.text())
def test_search_terms_of_any_text_are_short_and_clean(text: str) -> None:
    terms = search_terms(text)
    assert not STOP_WORDS.intersection(terms)
    assert all(term and len(term) <= LONGEST_TERM and "\x00" not in term for term in terms)
    assert search_codes(text) <= set(search_terms(text)) | {""}


@given(st.lists(st.sampled_from(["printer", "0x80070005", "VPN", "5.7.57"])))
def test_search_terms_of_joined_words_are_the_words_terms(words: list[str]) -> None:
    assert search_terms(" ".join(words)) == [term for word in words for term in search_terms(word)]
