"""A document as PSA note, Markdown, plain text and HTML. Pure; no text of a person can become markup.

Lines that people wrote are taken apart, so that each stands alone in its paragraph, list item or row of a block.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from apps.core.redaction.kinds import PLACEHOLDER
from apps.documentation.document import Block, Document, Line, Section, clean

# What was removed reads as it is, unless what follows would make a link of it.
_MARKDOWN = re.compile(rf"(?P<removed>{PLACEHOLDER.pattern})(?![(\[:])|[\\`*_\[\]<~|]|&(?=[#\w])")
_MARKDOWN_START = re.compile(r"^(?=[#+\-=>:])|^(\d+)(?=[.)](?:\s|$))|(?<=\s)(?=#+$)")
_ROW_ENDS = re.compile(r"\n(?=[^\n])")
_BACKTICKS = re.compile("`{3,}")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a Markdown note is laid out: its headings, and the indent of what belongs to a list item."""

    title: str
    heading: str
    indent: str


# ConnectWise: large headings drown a note, and blocks inside list items are not sure to be kept together.
PSA = Dialect(title="", heading="**{}**", indent="")
PLAIN = Dialect(title="# {}", heading="## {}", indent="  ")


def render_psa(document: Document) -> str:
    """Markdown as a ConnectWise note shows it; the ticket has the title already."""
    return _markdown(document, PSA)


def render_markdown(document: Document) -> str:
    return _markdown(document, PLAIN)


def render_text(document: Document) -> str:
    """Plain text: headings stand at the margin, everything that people wrote is indented or behind a label."""
    warnings = (f"! {_one_line(warning)}" for warning in document.warnings)
    top = [_one_line(document.title), *warnings, _facts(document, str)]
    sections = ("\n".join([_one_line(section.heading), *_text_rows(section)]) for section in document.sections)
    return "\n\n".join(["\n".join(top), *sections]) + "\n"


def render_html(document: Document, level: int = 3) -> str:
    """A fragment for inside ``.doc``, its headings at ``level``; the title is left to the page."""
    parts = [f'<p class="warning"><b>{_html(warning)}</b></p>' for warning in document.warnings]
    parts.append(f'<p class="facts">{_facts(document, _html)}</p>')
    parts.extend(_html_section(section, level) for section in document.sections)
    return "\n".join(parts)


def render_page(document: Document) -> str:
    """A whole HTML file to keep; it needs nothing from anywhere and runs nothing."""
    title = _html(_one_line(document.title))
    return _PAGE.format(title=title, style=_PAGE_STYLE, note=render_html(document, level=2))


def _markdown(document: Document, dialect: Dialect) -> str:
    parts = [dialect.title.format(_inline(_one_line(document.title)))] if dialect.title else []
    parts += [f"**{_inline(_one_line(warning))}**" for warning in document.warnings]
    parts.append(_facts(document, _inline))
    for section in document.sections:
        parts.append(dialect.heading.format(_inline(_one_line(section.heading))))
        parts += _markdown_lines(section, dialect)
    return "\n\n".join(parts) + "\n"


def _markdown_lines(section: Section, dialect: Dialect) -> Iterator[str]:
    """The lines as they stand between blank lines: items of one row each belong together."""
    bullet, indent = ("- ", dialect.indent) if section.style in ("list", "steps") else ("", "")
    items: list[str] = []
    for line in section.lines:
        first, *rest = [*_paragraphs(line, _inline, "**{}**"), *map(_fenced, line.blocks)]
        items.append(bullet + first)
        if rest or not bullet:
            yield "\n".join(items)
            yield from (_indented(part, indent) for part in rest)
            items = []
    if items:
        yield "\n".join(items)


@lru_cache(2048)  # both dialects of Markdown ask for the same lines, one after the other
def _inline(text: str) -> str:
    """One line of text so that Markdown shows it letter by letter."""
    return _MARKDOWN_START.sub(r"\1\\", _MARKDOWN.sub(lambda sign: sign["removed"] or f"\\{sign[0]}", text))


def _fenced(block: Block) -> str:
    """The block in a fence that is longer than any run of backticks inside."""
    text = clean(block.text)
    longest = max(map(len, _BACKTICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{_inline(_one_line(block.label))}:\n\n{fence}\n{text}\n{fence}"


def _text_rows(section: Section) -> Iterator[str]:
    for line in section.lines:
        first, *rest = _paragraphs(line, str, "{}")
        margin = " " * (4 if section.style == "list" else 8 if section.style == "steps" and line.time else 2)
        yield ("  - " if section.style == "list" else "  ") + first
        yield from (margin + part for part in rest)
        for block in line.blocks:
            yield f"{margin}{_one_line(block.label)}:"
            yield from (f"{margin}| {row}" for row in clean(block.text).split("\n"))


def _paragraphs(line: Line, show: Callable[[str], str], strong: str) -> list[str]:
    """The time, text, answer, marks and note of a line, as separate lines of one or more paragraphs."""
    said = [show(row) for row in _rows(line.text)]
    answers = [strong.format(show(row)) for row in _rows(line.answer)] if line.answer.strip() else []
    if answers:
        said[-1] += line.joint + answers[0]
        said += answers[1:]
    said[-1] += "".join(f" ({show(_one_line(mark))})" for mark in line.marks)
    said[0] = f"{line.time} {said[0]}" if line.time else said[0]
    return [*said, *(show(row) for row in _rows(f"Note: {line.note}") if line.note)]


def _html_section(section: Section, level: int) -> str:
    lines = "".join(_HTML_LINES[section.style](line) for line in section.lines)
    tag = {"list": "ul", "steps": "ol"}.get(section.style)
    content = f"<{tag}>{lines}</{tag}>" if tag else lines
    return f"<h{level}>{_html(section.heading)}</h{level}>{content}"


def _html_prose(line: Line) -> str:
    return f"<p>{_html_said(line)}</p>{_html_blocks(line)}"


def _html_item(line: Line) -> str:
    return f"<li><div>{_html_said(line)}{_html_blocks(line)}</div></li>"


def _html_step(line: Line) -> str:
    time = f"<time>{escape(line.time)}</time>" if line.time else "<span></span>"
    return f"<li>{time}<div>{_html_said(line)}{_html_blocks(line)}</div></li>"


_HTML_LINES = {"prose": _html_prose, "rest": _html_prose, "list": _html_item, "steps": _html_step}


def _html_said(line: Line) -> str:
    answer = f"{line.joint}<b>{_html(line.answer)}</b>" if line.answer else ""
    marks = "".join(f" ({_html(mark)})" for mark in line.marks)
    note = f"<br>Note: {_html(line.note)}" if line.note else ""
    return _html(line.text) + answer + marks + note


def _html_blocks(line: Line) -> str:
    return "".join(f"<small>{_html(block.label)}</small><pre>{_html_kept(block.text)}</pre>" for block in line.blocks)


def _html(text: str) -> str:
    return _html_kept(text).replace("\n", "<br>")


def _html_kept(text: str) -> str:
    html = escape(clean(text))
    return PLACEHOLDER.sub(r'<span class="hid">\g<0></span>', html) if "[" in html else html


def _facts(document: Document, show: Callable[[str], str]) -> str:
    return " · ".join(f"{fact.label}: {show(_one_line(fact.value))}" for fact in document.facts)


def _rows(text: str) -> list[str]:
    """The lines of a text that say something, at least one."""
    return [row.strip() for row in clean(text).split("\n") if row.strip()] or [""]


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())


def _indented(text: str, indent: str) -> str:
    return indent + _ROW_ENDS.sub(f"\n{indent}", text)


_PAGE_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#16202b}"
    "h2{font-size:1rem;margin:1.2rem 0 .2rem}p{margin:.2rem 0}.facts,small,time{color:#556}"
    "ol,ul{list-style:none;padding:0;margin:0}li{display:flex;gap:.7rem;padding:.15rem 0}li>div{min-width:0;flex:1}"
    ".hid{background:#fdf0d5;padding:0 .3rem}ol>li>:first-child{flex:0 0 3rem}"
    "pre{font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap;"
    "overflow-wrap:anywhere;background:#f2f5f7;border:1px solid #d5dce2;padding:.4rem .6rem;margin:.2rem 0}"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main class="doc">
<h1>{title}</h1>
{note}
</main>
</body>
</html>
"""

Renderer = Callable[[Document], str]
RENDERERS: dict[str, Renderer] = {
    "psa": render_psa,
    "markdown": render_markdown,
    "text": render_text,
    "html": render_html,
}
