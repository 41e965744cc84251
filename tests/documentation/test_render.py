import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from apps.core.redaction.kinds import PLACEHOLDER
from apps.documentation.build import build_note
from apps.documentation.document import Block, Document, Fact, Line, Section, clean
from apps.documentation.facts import CommandFacts, RecordFacts, SessionFacts
from apps.documentation.render import RENDERERS, render_html, render_markdown, render_page, render_psa, render_text
from tests.documentation.examples import RECORDS, SESSION, START

GOLDEN = Path(__file__).parent / "golden"
PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]")

_SIGNS = "`~#*_[]()<>&!|\\=-+.:\"'{}$ \n\r\t\x00\x1b\x85\u2028\u202e\u2066\ufeff019ab"
_SNIPPETS = [
    "```", "````\n", "~~~", "\n# h", "\n---\n", "\n===", "1. x", "<script>", "</pre>", "<!--", "&lt;", "&#60;",
    "[a](javascript:b)", "![a](b)", "[a]: b", "**", "\n> q", "\n- i", "    code", "a | b\n--|--", "</div></li>",
    "<b onclick=x>", "\x1b[31m", "<http://a.example>", "`` ` ``", "Cause", "\nFix\n", "## Fix ##", "\\", "\\\n",
    "[password removed]", "[Wi-Fi key removed](b)", "[password removed]: b", "[password removed][password removed]",
]  # fmt: skip
hostile = st.lists(st.sampled_from(_SNIPPETS) | st.text(_SIGNS, max_size=6) | st.text(max_size=4), max_size=6).map(
    "".join
)
commands = st.lists(st.builds(CommandFacts, hostile, hostile, hostile, st.just("read"), hostile), max_size=2).map(tuple)
records = st.builds(
    RecordFacts,
    st.integers(1, 99),
    st.sampled_from(["question", "note", "custom_step", "evidence", "end"]),
    st.just(START),
    st.integers(0, 3000).map(lambda minutes: START + timedelta(minutes=minutes)),
    *[hostile] * 5,
    commands,
    st.sampled_from(["", "fixed", "skipped"]),
    hostile,
    hostile,
    st.booleans(),
)
sessions = st.builds(
    SessionFacts,
    st.just(1),
    hostile,
    st.just("Europe/Berlin"),
    st.sampled_from(["active", "resolved"]),
    *[hostile] * 7,
    outcome=st.sampled_from(["", "resolved"]),
    closing_note=hostile,
    next_steps=hostile,
    missing=st.lists(hostile, max_size=1).map(tuple),
)
notes = st.builds(build_note, sessions, st.lists(records, max_size=3))


@pytest.mark.parametrize("name", [*RENDERERS, "page"])
def test_render_of_a_realistic_session_equals_its_golden_file(name: str) -> None:
    shown = {**RENDERERS, "page": render_page}[name](build_note(SESSION, RECORDS))
    suffix = {"psa": "psa.md", "markdown": "md", "text": "txt", "html": "html", "page": "page.html"}[name]
    assert shown == (GOLDEN / f"note.{suffix}").read_text()


@given(notes)
@settings(max_examples=60, deadline=None)
def test_render_of_any_text_shows_no_hidden_character(note: Document) -> None:
    for render in RENDERERS.values():
        assert not HIDDEN.search(render(note))


def shape(markdown: str) -> list[str]:
    """The kinds of the markup in a Markdown text, without its text."""
    kinds = []
    for token in PARSER.parse(markdown):
        kinds += [child.type for child in token.children or [] if child.type != "text"] or [token.type]
    return [kind for kind in kinds if kind not in ("inline", "softbreak")]


@given(notes)
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("render", [render_psa, render_markdown])
def test_render_markdown_of_any_text_makes_no_markup_of_it(render, note: Document) -> None:
    harmless = note.with_texts(re.sub(r"\S", "x", leaf.text.replace("\r", "\n")) for leaf in note.leaves())
    allowed = {"heading_open", "paragraph_open", "strong_open", "bullet_list_open", "list_item_open", "fence"}
    found = shape(render(note))
    assert {kind for kind in found if not kind.endswith("_close")} <= allowed
    counted = ("heading_open", "fence", "strong_open")
    assert [kind for kind in found if kind in counted] == [kind for kind in shape(render(harmless)) if kind in counted]


@given(notes)
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("render", [render_psa, render_markdown])
def test_render_markdown_of_a_block_keeps_it_letter_by_letter(render, note: Document) -> None:
    blocks = [block.text for section in note.sections for line in section.lines for block in line.blocks]
    fences = [token.content.removesuffix("\n") for token in PARSER.parse(render(note)) if token.type == "fence"]
    assert [row.strip() for row in "\n".join(fences).split("\n")] == [
        row.strip() for row in "\n".join(blocks).split("\n")
    ]


@given(hostile)
@settings(max_examples=60, deadline=None)
def test_render_markdown_of_a_text_reads_as_it_was_written(text: str) -> None:
    note = Document("t", (), (), (Section("Issue", "prose", (Line(text),)),))
    paragraphs = PARSER.parse(render_psa(note))[-2:-1] if clean(text).strip() else []
    shown = "".join(child.content for token in paragraphs for child in token.children or [])
    rows = [row.strip() for row in clean(text).split("\n") if row.strip()]
    assert shown == (rows or [""])[-1]


class Tags(HTMLParser):
    """Collects tags, attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_comment(self, data) -> None:
        self.tags.append("comment")

    def handle_decl(self, decl) -> None:
        self.tags.append("decl")


@given(notes)
@settings(max_examples=60, deadline=None)
def test_render_html_of_any_text_makes_no_markup_of_it(note: Document) -> None:
    crossed = (re.sub(rf"({PLACEHOLDER.pattern})|\S", lambda sign: sign[1] or "x", leaf.text) for leaf in note.leaves())
    harmless = note.with_texts(crossed)
    found, expected = Tags(render_html(note)), Tags(render_html(harmless))
    structure = [tag for tag in found.tags if tag != "br"]
    assert structure == [tag for tag in expected.tags if tag != "br"]
    assert found.attributes == expected.attributes


@given(notes)
@settings(max_examples=60, deadline=None)
def test_render_text_of_any_text_puts_only_headings_at_the_margin(note: Document) -> None:
    _title, *rows = render_text(note).split("\n")
    at_margin = [row for row in rows if row and not row.startswith((" ", "! "))]
    facts, *headings = at_margin or [""]
    assert facts.startswith(
        ("Outcome: ", "Flow: ", "Ticket: ", "Client: ", "Contact: ", "Device: ", "Engineer: ", "Active: ")
    )
    assert headings == [section.heading for section in note.sections]


def test_render_markdown_of_a_block_with_a_fence_uses_a_longer_one() -> None:
    line = Line("Ran it", blocks=(Block("Output", "`````\nx"),))
    shown = render_markdown(Document("t", (), (Fact("Ticket", "1"),), (Section("Steps", "steps", (line,)),)))
    assert "\n  ``````\n  `````\n  x\n  ``````\n" in shown


def test_render_markdown_of_a_removed_value_before_an_answer_defines_no_link() -> None:
    line = Line("[password removed]", answer="x", marks=("entered afterwards",))
    note = Document("t", (), (), (Section("Steps", "steps", (line,)),))
    assert "strong_open" in shape(render_psa(note))[-6:]
