"""A rule: a pattern with the words that must be there for it to be worth trying."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from apps.core.redaction.kinds import Finding, Kind

Check = Callable[[re.Match[str]], bool]


def _always(_match: re.Match[str]) -> bool:
    return True


@dataclass(frozen=True)
class Rule:
    """Finds `group` of `pattern` (all of it where there is none) where one of the lower-case `hints` is in the text.

    `digits` and `run` are the fewest digits and the shortest stretch without a space that a match can have.
    """

    kind: Kind
    pattern: re.Pattern[str]
    hints: tuple[str, ...] = ()
    accept: Check = _always
    digits: int = 0
    run: int = 0
    group: str = "v"

    def is_hinted(self, lower: str) -> bool:
        return not self.hints or any(hint in lower for hint in self.hints)

    def search(self, text: str, lower: str) -> Iterator[Finding]:
        if self.is_hinted(lower):
            yield from self.matches(text)

    def matches(self, text: str) -> Iterator[Finding]:
        """Findings whatever the hints say."""
        for match in self.pattern.finditer(text):
            if self.accept(match):
                start, end = match.span(self.group if self.group in self.pattern.groupindex else 0)
                if start < end:
                    yield Finding(start, end, self.kind, text[start:end])


def rule(
    kind: Kind, pattern: str, *hints: str, accept: Check = _always, digits: int = 0, run: int = 0, group: str = "v"
) -> Rule:
    return Rule(kind, re.compile(pattern), hints, accept, digits, run, group)


def one_of(patterns: str) -> str:
    """An alternation of patterns that are separated by a comma and white space."""
    alternatives = " ".join(patterns.split()).split(", ")
    return f"(?:{'|'.join(alternatives)})"


def words(text: str) -> frozenset[str]:
    """The words of a list that is written as text."""
    return frozenset(text.split())


def before(match: re.Match[str], size: int = 48) -> str:
    """The text in front of the value, cut to keep every check constant in time."""
    start = match.start("v") if "v" in match.re.groupindex else match.start()
    return match.string[max(0, start - size) : start]


def around(match: re.Match[str], size: int = 60) -> str:
    """The text on both sides of the match, the match included."""
    return match.string[max(0, match.start() - size) : match.end() + size]
