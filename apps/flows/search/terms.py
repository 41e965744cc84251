"""What counts as a word for search: stems, and codes both whole and in parts. Pure: no database."""

import re
import unicodedata
from functools import lru_cache

import Stemmer

LONGEST_TEXT = 200_000
LONGEST_TERM = 64
STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a about also am an and any are as at be been being but by can could did do does doing don for from
        get got had has have having he hello her here hi him his how i if in into is it its just me my no
        not of on or our please she so some such than thank thanks that the their them then there these they
        this those to too us very was we were what when where which who why will with would you your
        """,
    )
)

COMPOUND = re.compile(r"\w+(?:[.:\-]\w+)*")
WORD = re.compile(r"\w+")
ERROR_CODE = re.compile(r"\b(?:0x(?P<hex>[0-9a-f]{4,40})|[a-z]{1,12}(?P<number>\d{4,40}))\b")
NUMBERED = re.compile(r"\b(?:error|event|reason|code|id|status|stop)\W{0,3}(\d{2,40})\b")
RUN = re.compile(r"\d+|[^\W\d_]+")

_stem = lru_cache(maxsize=50_000)(Stemmer.Stemmer("english").stemWord)


def search_terms(text: str) -> list[str]:
    """Terms of a text in order, with repeats; empty when it says nothing but stop words.

    A compound with a digit is kept whole (``5.7.57``), each word is a stem or a code (``kb5034441``), and a word of
    letters and digits or underscores is also taken apart (``5034441``).
    """
    return [term for compound in COMPOUND.finditer(_plain(text)) for term in _terms_of(compound.group())]


def search_codes(text: str) -> frozenset[str]:
    """The terms of a text that name an error: ``0x80070005``, ``aadsts50126``, and the number in ``event id 4625``.

    A text that is nothing but a number is one too.
    """
    plain = _plain(text)
    alone = [plain.strip()] if plain.strip().isdecimal() else []
    whole = [match.group() for match in ERROR_CODE.finditer(plain)]
    return frozenset(code for code in whole + NUMBERED.findall(plain) + alone if 1 < len(code) <= LONGEST_TERM)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).lower()


def _has_digit(token: str) -> bool:
    return any(char.isdigit() for char in token)


def _terms_of(compound: str) -> list[str]:
    words = WORD.findall(compound)
    whole = [compound] if len(words) > 1 and _has_digit(compound) and len(compound) <= LONGEST_TERM else []
    return whole + [term for word in words for term in _terms_of_word(word)]


def _terms_of_word(word: str) -> list[str]:
    return [
        part if _has_digit(part) else _stem(part)
        for part in (word, *_parts_of(word))
        if 1 < len(part) <= LONGEST_TERM and part not in STOP_WORDS
    ]


def _parts_of(word: str) -> list[str]:
    """The number of an error code, without letters that all codes of its kind share; else runs of letters or digits."""
    if code := ERROR_CODE.fullmatch(word):
        return [code["hex"] or code["number"]]
    runs = RUN.findall(word)
    return runs if len(runs) > 1 else []
