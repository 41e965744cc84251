"""A document without what its destination may not see. Pure.

The search runs on the whole plain text, all lines joined, before any markup; what it finds is cut out of the texts.
"""

import re
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from apps.core.redaction import LABELS, POLICIES, Destination, Finding, Kind, fingerprint, redact
from apps.documentation.document import Document, Leaf

_CONTEXT = 40
_MARK_OF_KEY = re.compile("-----(?:BEGIN|END)")


@dataclass(frozen=True, slots=True)
class Removed:
    """A value that was taken out: how often, what names it without telling it, and the words before it."""

    kind: Kind
    fingerprint: str
    context: str
    count: int

    @property
    def label(self) -> str:
        return LABELS[self.kind]


@dataclass(frozen=True, slots=True)
class SafeNote:
    """A document as its destination may see it, what was removed from it, and whether a private key had its marks.

    ``restored`` counts the values that a person let back in.
    """

    document: Document
    removed: tuple[Removed, ...]
    counts: Mapping[Kind, int]
    has_key_marks: bool
    restored: int = 0

    @property
    def summary(self) -> str:
        """What was removed, by kind, for people."""
        kinds = ", ".join(f"{LABELS[kind]} × {count}" for kind, count in sorted(self.counts.items()))
        removed = f"Removed: {kinds}." if kinds else "Nothing is removed." if self.restored else "No secrets found."
        return f"{removed} Restored by a person: {self.restored}." if self.restored else removed


def redact_document(
    document: Document,
    destination: Destination,
    *,
    key: bytes,
    keep: Collection[str] = (),
    literals: Collection[str] = (),
) -> SafeNote:
    """Mask every value that the destination may not see, but for the fingerprints under ``key`` in ``keep``.

    Raises RedactionError; then nothing may leave.
    """
    leaves = list(document.leaves())
    plain = "".join(leaf.lead + leaf.text for leaf in leaves)
    found = redact(plain, POLICIES[destination].masked, keep, key=key, literals=literals)
    safe = document.with_texts(_without(leaves, found.findings)) if found.findings else document
    return SafeNote(safe, _removed(plain, found.findings, key), found.counts, bool(_MARK_OF_KEY.search(plain)))


def _without(leaves: Sequence[Leaf], findings: Iterable[Finding]) -> Iterator[str]:
    """The texts with a placeholder where a finding begins; the rest of one that runs on is cut off."""
    left = deque((finding.start, finding.end, finding.placeholder()) for finding in findings)
    at = 0
    for leaf in leaves:
        at += len(leaf.lead)
        end = at + len(leaf.text)
        parts, done = [], at
        while left and left[0][0] < end:
            start, stop, shown = left.popleft()
            if stop <= at:
                continue
            parts += [leaf.text[done - at : max(start, at) - at], shown]
            done = min(stop, end)
            if stop > end:
                left.appendleft((end, stop, ""))
                break
        yield "".join([*parts, leaf.text[done - at :]])
        at = end


def _removed(plain: str, findings: Sequence[Finding], key: bytes) -> tuple[Removed, ...]:
    """One entry for each value, in order of appearance."""
    names = [fingerprint(key, finding.kind, finding.value) for finding in findings]
    counts = Counter(names)
    first = {name: n for n, name in reversed(list(enumerate(names)))}
    return tuple(
        Removed(findings[n].kind, name, _context(plain, findings, n), counts[name])
        for name, n in sorted(first.items(), key=lambda item: item[1])
    )


def _context(plain: str, findings: Sequence[Finding], n: int) -> str:
    """The whole words before a finding on its line; they hold no other finding."""
    floor, end = findings[n - 1].end if n else 0, findings[n].start
    start = max(end - _CONTEXT, floor)
    if start > floor and not plain[start - 1].isspace():
        start = next((place for place in range(start, end) if plain[place].isspace()), end)
    return plain[start:end].rpartition("\n")[2].strip()
