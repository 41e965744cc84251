"""Takes out of a payload what its destination may not see. Pure.

All its strings are searched as one text, line by line, before any markup is made of them.
"""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.redaction import POLICIES, Destination, Finding, Kind, redact

JSON = Any  # texts, numbers, None, and lists and mappings of them


@dataclass(frozen=True)
class Masking:
    """What is known about a payload's values: secret ones (`literals`), and false hits by their fingerprint under
    `key` (`keep`)."""

    literals: Collection[str] = ()
    keep: Collection[str] = ()
    key: bytes = b""


@dataclass(frozen=True)
class Safe:
    """The payload as its destination may see it, and how many values were masked, by kind."""

    texts: JSON
    counts: Mapping[Kind, int]


def redact_texts(texts: JSON, destination: Destination, masking: Masking) -> Safe:
    """Mask the values in every string but the names of a mapping, which are ours. Raises RedactionError."""
    policy = POLICIES[destination]
    leaves = list(_leaves(texts))
    found = redact("\n".join(leaves), policy.masked, masking.keep, key=masking.key, literals=masking.literals).findings

    def shown(hit: Finding) -> str:
        return hit.pseudonym(masking.key) if hit.kind in policy.pseudonyms else hit.placeholder()

    rest = _cut(leaves, [(hit.start, hit.end, shown(hit)) for hit in found])
    return Safe(_rebuilt(texts, rest), Counter(hit.kind for hit in found))


def _leaves(part: JSON) -> Iterator[str]:
    if isinstance(part, str):
        yield str(part)
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from _leaves(value)
    elif isinstance(part, Sequence):
        for value in part:
            yield from _leaves(value)


def _rebuilt(part: JSON, leaves: Iterator[str]) -> JSON:
    if isinstance(part, str):
        return next(leaves)
    if isinstance(part, Mapping):
        return {name: _rebuilt(value, leaves) for name, value in part.items()}
    if isinstance(part, Sequence):
        return [_rebuilt(value, leaves) for value in part]
    return part


def _cut(leaves: Iterable[str], masks: Iterable[tuple[int, int, str]]) -> Iterator[str]:
    """Each text with its masks in place; a value that runs on into the next text is cut off there."""
    left, start = deque(masks), 0
    for leaf in leaves:
        at, end, parts = start, start + len(leaf), []
        while left and left[0][0] < end:
            first, last, mask = left[0]
            parts += [leaf[at - start : first - start], mask] if first >= start else []
            at = min(last, end)
            if last > end:
                break
            left.popleft()
        yield "".join([*parts, leaf[at - start :]])
        start = end + 1
