"""Finds and masks. A text that cannot be searched raises: nobody gets it back as it was."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from apps.core.redaction.codes import CODE_LISTS, CODES
from apps.core.redaction.commands import COMMANDS
from apps.core.redaction.formats import BLOCKS, FORMATS
from apps.core.redaction.identifiers import ADDRESSES
from apps.core.redaction.kinds import IDENTIFIERS, PLACEHOLDER, POLICIES, Destination, Finding, Kind, fingerprint
from apps.core.redaction.logins import LOGINS
from apps.core.redaction.names import NAMES
from apps.core.redaction.pins import PINS
from apps.core.redaction.prose import PROSE
from apps.core.redaction.rules import Rule
from apps.core.redaction.tables import announces, search_tables
from apps.core.redaction.tokens import search_tokens

# Typography that stands in for plain characters; one for one, so that offsets hold.
_PLAIN = (("\u00a0\u202f\u2009", " "), ("\u2011\u2010\u2013", "-"), ("\u2019", "'"))

# What stands for a value already: our placeholders, and the name of a field for its value.
_STAND_INS = re.compile(rf"{PLACEHOLDER.pattern}|\{{\{{\s*[a-z][a-z0-9_]*\s*\}}\}}")

_CONNECTION = re.compile(
    r"\w://[^\s/@]{1,400}@[^\s/]{0,200}|(?:[\w. ]{1,24}+=[^;\n]{0,300};){1,20}(?:[\w. ]{1,24}+=\S{0,300})?"
    r"|(?:\w{1,24}+=\S{1,200} ){1,20}\w{1,24}+=\S{1,200}"
)

_LINE_RULES = (*FORMATS, *COMMANDS, *PROSE, *PINS, *LOGINS, *CODES, *ADDRESSES, *NAMES)
_HINTS = frozenset(hint for rule in _LINE_RULES for hint in rule.hints)
_ACROSS_LINES = (*BLOCKS, *CODE_LISTS)


class RedactionError(Exception):
    """The text could not be redacted and must not leave."""


@dataclass(frozen=True)
class Redacted:
    """A text with its findings masked, how many of each kind, and where they stood in the original."""

    text: str
    counts: dict[Kind, int]
    findings: list[Finding]


Wanted = Callable[[Finding], bool]


def find(text: str, literals: Collection[str] = ()) -> list[Finding]:
    """All findings, sorted, none overlapping. `literals` are values known to be secret (a session's secret fields).

    The user and the address in a connection string count as part of its secret: masked, but not listed beside it.
    """
    return _without_parts(text, _search(text, literals, frozenset(Kind), lambda _finding: True))


def _without_parts(text: str, findings: list[Finding]) -> list[Finding]:
    secrets = [hit.start for hit in findings if hit.kind in (Kind.CONNECTION_STRING, Kind.URL_CREDENTIALS)]
    spans = [match.span() for match in _CONNECTION.finditer(text)] if secrets else []
    around = [(start, end) for start, end in spans if any(start <= place < end for place in secrets)]
    return [
        hit
        for hit in findings
        if hit.kind not in IDENTIFIERS or not any(start <= hit.start < end for start, end in around)
    ]


def redact(
    text: str,
    masked: Collection[Kind],
    keep: Collection[str] = (),
    *,
    key: bytes = b"",
    pseudonyms: Collection[Kind] = (),
    literals: Collection[str] = (),
) -> Redacted:
    """Masks the findings of the kinds in `masked`, but for the fingerprints (under `key`) in `keep`.

    Redacting the result again finds nothing. Kinds in `pseudonyms` become a name that is stable under `key`.
    Raises RedactionError.
    """
    try:
        findings = _search(text, literals, masked, lambda hit: not _is_kept(hit, keep, key))
        shown = _replace(
            text, findings, lambda hit: hit.pseudonym(key) if hit.kind in pseudonyms else hit.placeholder()
        )
    except Exception as error:
        # The cause may quote the text, so it is not chained.
        raise RedactionError(f"Redaction failed ({type(error).__name__}); nothing was sent.") from None
    return Redacted(shown, dict(Counter(hit.kind for hit in findings)), findings)


def redact_for(
    destination: Destination, text: str, keep: Collection[str] = (), *, key: bytes, literals: Collection[str] = ()
) -> Redacted:
    """The text as `destination` may see it. Raises RedactionError."""
    policy = POLICIES[destination]
    return redact(text, policy.masked, keep, key=key, pseudonyms=policy.pseudonyms, literals=literals)


def _is_kept(finding: Finding, keep: Collection[str], key: bytes) -> bool:
    """Whatever the kind: how a value reads depends on its neighbours, which may be masked by now."""
    return bool(keep) and any(fingerprint(key, kind, finding.value) in keep for kind in Kind)


def _replace(text: str, findings: list[Finding], name: Callable[[Finding], str]) -> str:
    parts, position = [], 0
    for finding in findings:
        parts += [text[position : finding.start], name(finding)]
        position = finding.end
    return "".join([*parts, text[position:]])


def _search(text: str, literals: Collection[str], kinds: Collection[Kind], wanted: Wanted) -> list[Finding]:
    """Searches what lies between stand-ins and findings until nothing new turns up.

    So a second redaction, which sees exactly these pieces, can find nothing: redaction is idempotent by construction.
    """
    plain = _in_plain_characters(text)
    scan = _Scanner(plain, literals, not IDENTIFIERS.isdisjoint(kinds))
    found: list[Finding] = []
    pending = list(_gaps(0, len(text), (match.span() for match in _STAND_INS.finditer(text))))
    while pending:
        start, end = pending.pop()
        moved = [_moved(hit, start, text) for hit in scan.piece(plain[start:end]) if hit.kind in kinds]
        if hits := [hit for hit in moved if wanted(hit)]:
            found += hits
            pending += _gaps(start, end, ((hit.start, hit.end) for hit in hits))
    return sorted(found)


def _in_plain_characters(text: str) -> str:
    for signs, plain in _PLAIN:
        for sign in signs:
            text = text.replace(sign, plain)
    return text


def _moved(finding: Finding, offset: int, text: str) -> Finding:
    start, end = finding.start + offset, finding.end + offset
    return Finding(start, end, finding.kind, text[start:end])


def _gaps(start: int, end: int, taken: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for first, last in taken:
        if start < first:
            yield start, first
        start = last
    if start < end:
        yield start, end


class _Searched(NamedTuple):
    """What was found where in a line, without the values, and whether it announces values below it."""

    found: tuple[tuple[int, int, Kind], ...]
    announces: bool


class _Scanner:
    """Candidates of a piece of text. Lines are searched once each, however often their piece is."""

    def __init__(self, text: str, literals: Collection[str], identifiers: bool) -> None:
        lower = text.lower()
        self._across = tuple(rule for rule in _ACROSS_LINES if rule.is_hinted(lower))
        values = sorted(filter(None, literals), key=len, reverse=True)
        self._literals = re.compile("|".join(map(re.escape, values))) if values else None
        self._identifiers = identifiers
        self._lines: dict[str, _Searched] = {}

    def piece(self, text: str) -> list[Finding]:
        candidates = list(self._across_lines(text))
        lines = text.split("\n")
        self._lines |= _searched([line for line in lines if line not in self._lines], self._identifiers)
        known = [self._lines[line] for line in lines]
        if any(line.announces for line in known[:-1]):
            candidates += search_tables(text)
        position = 0
        for line, (found, _announces) in zip(lines, known, strict=True):
            for start, end, kind in found:
                candidates.append(Finding(position + start, position + end, kind, line[start:end]))
            position += len(line) + 1
        return _without_overlaps(candidates)

    def _across_lines(self, text: str) -> Iterator[Finding]:
        if self._literals:
            for match in self._literals.finditer(text):
                yield Finding(match.start(), match.end(), Kind.PASSWORD, match[0])
        if self._across:
            lower = text.lower()
            for rule in self._across:
                yield from rule.search(text, lower)


# By digest of the line: a note is searched at every step, and most of it was searched before.
_SEARCHED: dict[bytes, _Searched] = {}
_SEARCHED_AT_MOST = 20_000


def _searched(lines: Collection[str], identifiers: bool) -> dict[str, _Searched]:
    person = b"identifiers" if identifiers else b""
    digests = {line: _digest(line, person) for line in lines}
    known = {line: searched for line, digest in digests.items() if (searched := _SEARCHED.get(digest))}
    if len(known) < len(digests):
        fresh = dict(_search_lines(digests.keys() - known.keys(), identifiers))
        for line, searched in fresh.items():
            if len(_SEARCHED) >= _SEARCHED_AT_MOST:
                _SEARCHED.clear()
            _SEARCHED[digests[line]] = searched
        known |= fresh
    return known


def _digest(line: str, person: bytes) -> bytes:
    return blake2b(line.encode("utf-8", "surrogatepass"), digest_size=16, person=person).digest()


def _search_lines(lines: Collection[str], identifiers: bool) -> Iterator[tuple[str, _Searched]]:
    """Without ``identifiers``, only lines that may hold a secret are searched for them: the one may hide the other."""
    lower = "\n".join(lines).lower()
    hints = {hint for hint in _HINTS if hint in lower}
    rules = [rule for rule in _LINE_RULES if not rule.hints or not hints.isdisjoint(rule.hints)]
    first = rules if identifiers else [rule for rule in rules if rule.kind not in IDENTIFIERS]
    for line in lines:
        found = list(_candidates(line, hints, first))
        if found and not identifiers:
            found = list(_candidates(line, hints, rules))
        places = tuple((hit.start, hit.end, hit.kind) for hit in _without_overlaps(found))
        yield line, _Searched(places, announces(line))


def _candidates(line: str, hints: Collection[str], rules: Iterable[Rule]) -> Iterator[Finding]:
    """In the order in which one wins over another: what shows by form, what words tell, addresses, loose tokens."""
    lower = line.lower()
    present = {hint for hint in hints if hint in lower}
    digits, run = sum(map(line.count, "0123456789")), max(map(len, line.split()), default=0)
    for rule in rules:
        if rule.digits <= digits and rule.run <= run and (not rule.hints or not present.isdisjoint(rule.hints)):
            yield from rule.matches(line)
    yield from search_tokens(line)


def _without_overlaps(candidates: Iterable[Finding]) -> list[Finding]:
    """Earlier candidates win. `taken` stays sorted, so that only two neighbours can overlap."""
    taken: list[Finding] = []
    for candidate in candidates:
        place = bisect_left(taken, candidate)
        is_free = (place == 0 or taken[place - 1].end <= candidate.start) and (
            place == len(taken) or candidate.end <= taken[place].start
        )
        if is_free and candidate.start < candidate.end:
            taken.insert(place, candidate)
    return taken
