from itertools import repeat

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.documentation.build import build_note
from apps.documentation.document import Document, Line, Section, clean
from tests.documentation.examples import RECORDS, SESSION

NOTE = build_note(SESSION, RECORDS)


def test_clean_bidi_override_becomes_visible() -> None:
    assert clean("exe\u202egpj.scr") == "exe\ufffdgpj.scr"


def test_clean_terminal_colours_are_taken_out() -> None:
    assert clean("\x1b[1;31mError\x1b[0m\x07") == "Error\ufffd"


def test_clean_every_kind_of_line_end_is_one() -> None:
    assert clean("a\r\nb\rc\x0bd\u2028e\x85f") == "a\nb\nc\nd\ne\nf"


def test_clean_readable_text_is_kept() -> None:
    text = "Grüße, 你好, 👩‍💻\tשלום\n«ok»"
    assert clean(text) == text


@given(st.text() | st.text("\x1b[0m\r\n\x00a"))
@settings(max_examples=60, deadline=None)
def test_clean_twice_is_clean_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_with_texts_of_its_own_leaves_changes_nothing() -> None:
    assert NOTE.with_texts(leaf.text for leaf in NOTE.leaves()) == NOTE


def test_with_texts_reaches_every_text() -> None:
    emptied = NOTE.with_texts(repeat(""))
    assert all(leaf.text == "" for leaf in emptied.leaves())
    assert len(emptied.plain) < len(NOTE.plain)


def test_plain_keeps_question_and_answer_on_one_line() -> None:
    assert "\n09:20 NPS log gives reason 66: Yes\n" in NOTE.plain


def test_latest_keeps_the_newest_steps_with_their_days_and_counts_the_others() -> None:
    lines = tuple(Line(f"step {number}", (number,)) for number in range(1, 4))
    steps = (*lines, Line("19 Aug 2026 (+02:00)", (4,)), Line("step 4", (4,)), Line("step 5", (5,)))
    long = Section("Continued", "rest", lines)
    note = Document("t", (), (), (Section("Issue", "prose", lines), long, Section("Steps", "steps", steps)))
    issue, rest, newest = note.latest(2, of=9).sections
    assert issue.lines == lines
    assert [line.text for line in rest.lines] == ["See the whole note."]
    assert [line.text for line in newest.lines] == ["7 earlier steps", "19 Aug 2026 (+02:00)", "step 4", "step 5"]
    assert note.latest(5, of=5) == note
