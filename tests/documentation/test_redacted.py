import json
import re
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.redaction import POLICIES, Destination, Finding, Kind, RedactionError, fingerprint, redact
from apps.documentation import redacted
from apps.documentation.build import build_note
from apps.documentation.document import Document, Leaf, Line, Section
from apps.documentation.facts import CommandFacts
from apps.documentation.redacted import redact_document
from apps.documentation.render import RENDERERS, render_html
from tests.documentation.examples import SESSION, record

SENTENCES = Path(__file__).parents[1] / "core" / "data" / "redaction.jsonl"
KEY = b"key of the session"
TOLD = "Unlocked the laptop, password is Harbour-Winter-77 and done"
SECRET = "Harbour-Winter-77"


def note_with(*texts: str) -> Document:
    return build_note(SESSION, [record(n, "note", note=text) for n, text in enumerate(texts, 1)])


def redacted_note(note: Document, keep=(), literals=()):
    return redact_document(note, Destination.PSA_NOTE, key=KEY, keep=keep, literals=literals)


@pytest.mark.parametrize(
    ("told", "context"),
    [
        ("Yesterday the engineer before us wrote down that the password is {}", "us wrote down that the password is"),
        (f"{'x' * 60}: password {{}}", "password"),
        ("Nothing.\nThe password is {}", "The password is"),
    ],
)
def test_words_before_a_removed_value_are_whole(told: str, context: str) -> None:
    (removed,) = redacted_note(note_with(told.format(SECRET))).removed
    assert removed.context == context


def test_redact_document_password_becomes_a_placeholder_and_is_counted() -> None:
    safe = redacted_note(note_with(TOLD))
    assert SECRET not in safe.document.plain
    assert "password is [password removed] and done" in safe.document.plain
    assert safe.counts == {Kind.PASSWORD: 1}
    assert safe.summary == "Removed: password × 1."


def test_redact_document_names_what_was_removed_without_telling_it() -> None:
    removed = redacted_note(note_with(TOLD, TOLD)).removed
    assert [(hit.kind, hit.count) for hit in removed] == [(Kind.PASSWORD, 2)]
    assert removed[0].fingerprint == fingerprint(KEY, Kind.PASSWORD, SECRET)
    assert removed[0].context.endswith("Unlocked the laptop, password is")


def test_redact_document_restored_value_stays() -> None:
    safe = redacted_note(note_with(TOLD), keep={fingerprint(KEY, Kind.PASSWORD, SECRET)})
    assert SECRET in safe.document.plain
    assert safe.removed == ()


def test_redact_document_question_and_answer_are_read_together() -> None:
    safe = redacted_note(build_note(SESSION, [record(1, asked="New Wi-Fi password", answered="Sunny!Meadow42")]))
    assert "Sunny!Meadow42" not in safe.document.plain


def test_redact_document_key_over_several_lines_is_masked_whole() -> None:
    rows = ["MIIEpAIBAAKCAQEA7bq1Qm0dYx3h" * 2] * 3
    key = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *rows, "-----END RSA PRIVATE KEY-----"])
    safe = redacted_note(build_note(SESSION, [record(1, commands=(CommandFacts(output=f"a\n{key}\nb"),))]))
    assert safe.document.sections[-1].lines[0].blocks[0].text == "a\n[private key removed]\nb"


def test_redact_document_key_split_over_texts_leaves_nothing_of_it_anywhere() -> None:
    rows = [
        "-----BEGIN RSA PRIVATE KEY-----",
        *["MIIEpAIBAAKCAQEA7bq1Qm0dYx3h" * 2] * 3,
        "-----END RSA PRIVATE KEY-----",
    ]
    note = Document("t", (), (), (Section("Issue", "prose", tuple(map(Line, ["before", *rows, "after"]))),))
    texts = [line.text for line in redacted_note(note).document.sections[0].lines]
    assert texts == ["before", "[private key removed]", "", "", "", "", "after"]


def test_redact_document_literal_secret_is_masked_anywhere() -> None:
    assert "plainword" not in redacted_note(note_with("said plainword twice"), literals=["plainword"]).document.plain


def test_redact_document_for_the_team_keeps_addresses_for_a_client_does_not() -> None:
    note = note_with("Server answers at 10.20.30.40 again")
    assert "10.20.30.40" in redacted_note(note).document.plain
    assert "10.20.30.40" not in redact_document(note, Destination.CLIENT, key=KEY).document.plain


def test_redact_document_of_what_is_no_secret_changes_nothing() -> None:
    note = note_with("Restarted the print service")
    safe = redacted_note(note)
    assert safe.document == note
    assert safe.summary == "No secrets found."


def test_redact_document_that_fails_lets_nothing_through() -> None:
    with pytest.raises(RedactionError):
        redacted_note(note_with(TOLD), literals=[7])


def test_render_html_shows_a_placeholder_as_removed() -> None:
    assert '<span class="hid">[password removed]</span>' in render_html(redacted_note(note_with(TOLD)).document)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_without_findings_cut_anywhere_leave_all_other_text(data: st.DataObject) -> None:
    pairs = data.draw(st.lists(st.tuples(st.text("|", max_size=3), st.text("ab", max_size=6)), max_size=6))
    leaves = [Leaf(*pair) for pair in pairs]
    plain = "".join(lead + text for lead, text in pairs)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(plain)), max_size=6)))
    findings = [Finding(a, b, Kind.PASSWORD, plain[a:b]) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    shown = list(redacted._without(leaves, findings))
    assert len(shown) == len(leaves)
    at = 0
    for leaf, text in zip(leaves, shown, strict=True):
        start = at = at + len(leaf.lead)
        kept = [c for n, c in enumerate(leaf.text, start) if not any(f.start <= n < f.end for f in findings)]
        assert text.replace("[password removed]", "") == "".join(kept)
        at += len(leaf.text)
    touched = [finding for finding in findings if set(finding.value) - {"|"}]
    assert len(touched) <= "".join(shown).count("[password removed]") <= len(findings)


@pytest.mark.parametrize("destination", [Destination.PSA_NOTE, Destination.CLIENT])
def test_rendered_notes_hold_nothing_that_redaction_would_still_find(destination: Destination) -> None:
    masked = POLICIES[destination].masked
    told = [json.loads(row)["text"] for row in SENTENCES.read_text().splitlines()]
    for start in range(0, len(told), 60):
        safe = redact_document(note_of_sentences(told[start : start + 60]), destination, key=KEY)
        for name, render in RENDERERS.items():
            shown = render(safe.document)
            found = redact(as_read(shown) if name == "html" else shown, masked)
            assert [(hit.kind, hit.value) for hit in found.findings] == [], (name, start)


def as_read(html: str) -> str:
    html = re.sub(r"</time>", " ", re.sub(r"<br>|</(?:p|li|pre|small|h3)>", "\n", html))
    return unescape(re.sub(r"<[^>]+>", "", html))


def note_of_sentences(told: list[str]) -> Document:
    """Each sentence in another place of a step."""
    places = ("asked", "answered", "note", "reason", "statement")
    steps = [record(n, "custom_step", **{places[n % 5]: text}) for n, text in enumerate(told[:40], 1)]
    outputs = tuple(CommandFacts(output=text) for text in told[40:])
    return build_note(SESSION, [*steps, record(90, commands=outputs)])
