"""The documentation as data, before any markup. Pure: no database, no clock."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

Style = Literal["prose", "list", "steps", "rest"]

_TERMINAL_CODES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f]"
)


def clean(text: str) -> str:
    """Make what cannot be seen visible: control characters, bidi overrides and the like read as U+FFFD."""
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub("\ufffd", _LINE_ENDS.sub("\n", _TERMINAL_CODES.sub("", text)))


class Leaf(NamedTuple):
    """A text of the document and what stands before it when the whole is read as plain text."""

    lead: str
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of the header line."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Block:
    """A command or an output, kept letter by letter."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a section. ``records`` are the ordinals of the step records that it was made from."""

    text: str
    records: tuple[int, ...] = ()
    time: str = ""
    answer: str = ""
    marks: tuple[str, ...] = ()
    note: str = ""
    blocks: tuple[Block, ...] = ()

    @property
    def joint(self) -> str:
        """What stands between text and answer; "[…]:" would define a link in Markdown."""
        if self.text.endswith("]"):
            return " – "
        return " " if self.text.endswith(("?", ":", ".", "!")) else ": "


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    style: Style
    lines: tuple[Line, ...]

    def latest(self, steps: int, of: int) -> "Section":
        if self.style == "rest":
            return replace(self, lines=(Line("See the whole note."),))
        if self.style != "steps":
            return self
        newest = list(dict.fromkeys(line.records for line in self.lines))[-steps:]
        counted = Line(f"{of - steps} earlier {'step' if of - steps == 1 else 'steps'}", time="…")
        return replace(self, lines=(counted, *(line for line in self.lines if line.records in newest)))


@dataclass(frozen=True, slots=True)
class Document:
    """A note. ``warnings`` stand at its top and say what is missing."""

    title: str
    warnings: tuple[str, ...]
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]

    def latest(self, steps: int, of: int) -> "Document":
        """The document of so many steps with the newest only, and a line that counts the earlier ones."""
        if of <= steps:
            return self
        return replace(self, sections=tuple(section.latest(steps, of) for section in self.sections))

    def leaves(self) -> tuple[Leaf, ...]:
        """Every text that came from people, in reading order."""
        found: list[Leaf] = []

        def keep(leaf: Leaf) -> str:
            found.append(leaf)
            return leaf.text

        _mapped(self, keep)
        return tuple(found)

    def with_texts(self, texts: Iterator[str]) -> "Document":
        """The same document with other texts, in the order of ``leaves``."""
        return _mapped(self, lambda _leaf: next(texts))

    @property
    def plain(self) -> str:
        return "".join(leaf.lead + leaf.text for leaf in self.leaves())


Change = Callable[[Leaf], str]


def _mapped(document: Document, change: Change) -> Document:
    return Document(
        change(Leaf("", document.title)),
        tuple(change(Leaf("\n", warning)) for warning in document.warnings),
        tuple(replace(fact, value=change(Leaf(f"\n{fact.label}: ", fact.value))) for fact in document.facts),
        tuple(_mapped_section(section, change) for section in document.sections),
    )


def _mapped_section(section: Section, change: Change) -> Section:
    leads = (f"\n{section.heading}\n", *["\n"] * len(section.lines))
    lines = tuple(_mapped_line(line, lead, change) for line, lead in zip(section.lines, leads, strict=False))
    return replace(section, lines=lines)


def _mapped_line(line: Line, lead: str, change: Change) -> Line:
    return Line(
        change(Leaf(f"{lead}{line.time} " if line.time else lead, line.text)),
        line.records,
        line.time,
        change(Leaf(line.joint, line.answer)) if line.answer else "",
        tuple(change(Leaf(" - ", mark)) for mark in line.marks),
        change(Leaf("\n", line.note)) if line.note else "",
        tuple(Block(change(Leaf("\n", b.label)), change(Leaf("\n", b.text))) for b in line.blocks),
    )
