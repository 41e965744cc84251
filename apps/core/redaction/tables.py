"""Values that stand apart from their label: in the column below a heading, or on a line below a label."""

import re
from collections.abc import Iterator

from apps.core.redaction.context import LONGEST_LABEL, asks_for, label_kind
from apps.core.redaction.kinds import Finding, Kind
from apps.core.redaction.vocabulary import BUILT_IN, STATES, is_common_password, is_word

_DELIMITERS = tuple(map(re.compile, (r"\|", r"\t", ";", r"\s{2,}", ",")))
_CELLS = re.compile(r"[|;\t]|\s{2}")
# A quoted line says what it says unquoted.
_LINE = re.compile(r"(?m)^[^\S\n]*+(?:[|>] ?)?(?P<l>[^\n]*[^\s|:+=-][^\n]*)")
_SPEAKER = re.compile(r"\s*(?:[\[(][^\])\n]{1,20}[\])]\s?)?(?:<[^>\n]{1,20}>|[A-Za-z]{1,14}:)\s(?=\S)")
_HINTS = re.compile(r"(?i)p[aiuws]|key|code|communit|secret|kenn|otp|tap")
_PUNCTUATION = "\"'`*_.,:;! "
_ROWS = 40  # of a table
_STACK = 5  # labels on top of each other, before their values follow in the same order
_LONGEST = 300

_Line = tuple[int, str]


def announces(line: str) -> bool:
    """May values stand on the lines below this one? Without such a line, there is no table to search."""
    said = _LINE.match(line)
    return said is not None and bool(_kind_of(said["l"]) or _headings(said["l"]))


def search_tables(text: str) -> Iterator[Finding]:
    """Cells under a heading like "Password"; values below labels that stand alone; the answer to "what is the pw?"."""
    if "\n" not in text or not _HINTS.search(text):
        return
    lines = [(match.start("l"), match["l"]) for match in _LINE.finditer(text)]
    kinds = [_kind_of(line) for _, line in lines]
    for place, (_, line) in enumerate(lines):
        if kind := kinds[place]:
            distance = _stack(kinds, place)
            for start, cell in map(_without_speaker, lines[place + distance : place + distance + 1]):
                yield from _value(start, cell, kind)
        elif columns := _headings(line):
            yield from _columns(*columns, lines[place + 1 : place + _ROWS])


def _kind_of(line: str) -> Kind | None:
    line = line.strip()
    label, is_question = line.strip(_PUNCTUATION), line.endswith("?")
    if (len(label) > LONGEST_LABEL and not is_question) or _CELLS.search(line):
        return None
    return Kind.PASSWORD if is_question and asks_for(line[-_LONGEST:]) else label_kind(label)


def _without_speaker(line: _Line) -> _Line:
    speaker = _SPEAKER.match(line[1])
    return (line[0] + speaker.end(), line[1][speaker.end() :]) if speaker else line


def _stack(kinds: list[Kind | None], place: int) -> int:
    """How many labels stand together here, and so how far below each of them its value is."""
    first = last = place
    while first > 0 and place - first < _STACK and kinds[first - 1]:
        first -= 1
    while last + 1 < len(kinds) and last - place < _STACK and kinds[last + 1]:
        last += 1
    return last - first + 1


def _headings(line: str) -> tuple[re.Pattern[str], list[Kind | None]] | None:
    """What stands between the cells of a heading, and what is below each of them; None where nothing is to be found."""
    if len(line) >= _LONGEST or not _HINTS.search(line):
        return None
    delimiter = next((mark for mark in _DELIMITERS if mark.search(line.strip())), None)
    kinds = [label_kind(cell.strip(_PUNCTUATION)) for _, cell in _cells((0, line), delimiter)] if delimiter else []
    return (delimiter, kinds) if delimiter and set(kinds) - {None, Kind.USERNAME} else None


def _columns(delimiter: re.Pattern[str], kinds: list[Kind | None], rows: list[_Line]) -> Iterator[Finding]:
    for row in rows:
        cells = _cells(row, delimiter)
        if len(cells) != len(kinds) or any(label_kind(cell.strip(_PUNCTUATION)) for _, cell in cells):
            return
        for (start, cell), kind in zip(cells, kinds, strict=True):
            if kind:
                yield from _value(start, cell, kind)


def _cells(line: _Line, delimiter: re.Pattern[str]) -> list[_Line]:
    start, text = line
    edges = [match.span() for match in delimiter.finditer(text[:_LONGEST])]
    bounds = zip([0, *(end for _, end in edges)], [*(first for first, _ in edges), len(text)], strict=True)
    return [(start + first, text[first:last]) for first, last in bounds]


def _value(start: int, cell: str, kind: Kind) -> Iterator[Finding]:
    value = cell.strip().strip("\"'`*")
    if _is_value(value, kind):
        start += cell.index(value)
        yield Finding(start, start + len(value), kind, value)


def _is_value(value: str, kind: Kind) -> bool:
    plain = value.strip(_PUNCTUATION).lower()
    if not 3 <= len(plain) <= 64 or re.search(r"\[|:$|^<[^>]*>$", value) or plain in STATES or label_kind(plain):
        return False
    if kind is Kind.MFA_CODE:
        return bool(re.fullmatch(r"[\d -]{4,12}|(?=\D*\d)\S{6,40}", value))
    if kind is Kind.USERNAME:
        return " " not in value and plain not in BUILT_IN and not (plain.isalpha() and is_word(plain))
    return " " not in value and (not is_word(plain) or is_common_password(plain) or plain.isdigit())
