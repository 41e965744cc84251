"""The documentation as data, before any markup. Pure: no database, no clock."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

Style = Literal["prose", "list", "steps", "rest"]

_TERMINAL_CODES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f]"
)


_UNCLEAN = re.compile(f"[\r\v\f\u2028\u2029]|{_HIDDEN.pattern}")


def clean(text: str) -> str:
    """Make what cannot be seen visible: control characters, bidi overrides and the like read as U+FFFD."""
    if (text.isascii() and text.isprintable()) or not _UNCLEAN.search(text):
        return text
    return _HIDDEN.sub("\ufffd", _LINE_ENDS.sub("\n", _TERMINAL_CODES.sub("", text)))


class Leaf(NamedTuple):
    """A text of the document and what stands before it when the whole is read as plain text."""

    lead: str
    text: str


class Fact(NamedTuple):
    """One entry of the header line."""

    label: str
    value: str


class Block(NamedTuple):
    """A command or an output, kept letter by letter."""

    label: str
    text: str


class Line(NamedTuple):
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

    def leaves(self, lead: str) -> Iterator[Leaf]:
        yield Leaf(f"{lead}{self.time} " if self.time else lead, self.text)
        if self.answer:
            yield Leaf(self.joint, self.answer)
        for mark in self.marks:
            yield Leaf(" - ", mark)
        if self.note:
            yield Leaf("\n", self.note)
        for block in self.blocks:
            yield Leaf("\n", block.label)
            yield Leaf("\n", block.text)

    def with_texts(self, texts: Iterator[str]) -> "Line":
        return Line(
            next(texts),
            self.records,
            self.time,
            next(texts) if self.answer else "",
            tuple([next(texts) for _ in self.marks]) if self.marks else (),
            next(texts) if self.note else "",
            tuple([Block(next(texts), next(texts)) for _ in self.blocks]) if self.blocks else (),
        )


class Section(NamedTuple):
    heading: str
    style: Style
    lines: tuple[Line, ...]

    def with_texts(self, texts: Iterator[str]) -> "Section":
        return Section(self.heading, self.style, tuple([line.with_texts(texts) for line in self.lines]))

    def latest(self, steps: int, of: int) -> "Section":
        if self.style == "rest":
            return self._replace(lines=(Line("See the whole note."),))
        if self.style != "steps":
            return self
        newest = list(dict.fromkeys(line.records for line in self.lines))[-steps:]
        counted = Line(f"{of - steps} earlier {'step' if of - steps == 1 else 'steps'}", time="…")
        return self._replace(lines=(counted, *(line for line in self.lines if line.records in newest)))


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

    def leaves(self) -> Iterator[Leaf]:
        """Every text that came from people, in reading order."""
        yield Leaf("", self.title)
        for warning in self.warnings:
            yield Leaf("\n", warning)
        for fact in self.facts:
            yield Leaf(f"\n{fact.label}: ", fact.value)
        for section in self.sections:
            lead = f"\n{section.heading}\n"
            for line in section.lines:
                yield from line.leaves(lead)
                lead = "\n"

    def with_texts(self, texts: Iterator[str]) -> "Document":
        """The same document with other texts, in the order of ``leaves``."""
        return Document(
            next(texts),
            tuple([next(texts) for _ in self.warnings]),
            tuple([Fact(fact.label, next(texts)) for fact in self.facts]),
            tuple([section.with_texts(texts) for section in self.sections]),
        )

    @property
    def plain(self) -> str:
        return "".join(leaf.lead + leaf.text for leaf in self.leaves())
