"""Values that stand apart from their label: in the column below a heading, or on a line below a label."""

import re
from collections.abc import Iterator

from apps.core.redaction.context import label_kind
from apps.core.redaction.kinds import Finding, Kind
from apps.core.redaction.vocabulary import BUILT_IN, STATES, is_common_password, is_word

_CELL = re.compile(r"[^\s|;,][^\n|;,\t]*?(?=\s{2,}|\s*[|;,\t]|\s*$)")
_RULER = re.compile(r"[\s|:+=-]+")
_PUNCTUATION = "\"'`*_.,:;! "
_ROWS = 40
_LONGEST = 400

_Cells = list[tuple[int, str]]


def search_tables(text: str, hints: re.Pattern[str] = re.compile(r"(?i)p[aiuws]|key|code|communit|secret|kenn")) -> Iterator[Finding]:
    """Cells under a heading like "Password"; below labels that stand alone, as many lines of values."""
    if "\n" not in text or not hints.search(text):
        return
    rows = [_cells(match) for match in re.finditer(r"[^\n]*[^\s|:+=-][^\n]*", text)]
    labels = [[label_kind(cell.strip(_PUNCTUATION)) for _, cell in row] for row in rows]
    for place, kinds in enumerate(labels):
        if any(kind not in (None, Kind.USERNAME) for kind in kinds):
            below = rows[place + 1 : place + _ROWS] if len(kinds) > 1 else _stacked(rows, labels, place)
            yield from _column_values(below, kinds)


def _cells(line: re.Match[str]) -> _Cells:
    if len(line[0]) > _LONGEST:
        return []
    return [(line.start() + cell.start(), cell[0]) for cell in _CELL.finditer(line[0])]


def _stacked(rows: list[_Cells], labels: list[list[Kind | None]], place: int) -> list[_Cells]:
    """The one row that belongs to the label: as far below it as labels stand together."""
    first = last = place
    while first and place - first < 4 and len(labels[first - 1]) == 1 and labels[first - 1][0]:
        first -= 1
    while last + 1 < len(rows) and last - place < 4 and len(labels[last + 1]) == 1 and labels[last + 1][0]:
        last += 1
    return rows[place + last - first + 1 : place + last - first + 2]


def _column_values(rows: list[_Cells], kinds: list[Kind | None]) -> Iterator[Finding]:
    for row in rows:
        if len(row) != len(kinds):
            return
        for (start, cell), kind in zip(row, kinds, strict=True):
            value = cell.strip("\"'`*")
            if kind and _is_value(value, kind):
                start += cell.index(value)
                yield Finding(start, start + len(value), kind, value)


def _is_value(value: str, kind: Kind) -> bool:
    plain = value.strip(_PUNCTUATION).lower()
    if not 3 <= len(value) <= 64 or " " in value or "[" in value or plain in STATES or label_kind(plain):
        return False
    if kind is Kind.USERNAME:
        return plain not in BUILT_IN and not is_word(plain)
    return not is_word(plain) or is_common_password(plain)
