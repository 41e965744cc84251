import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.psa.ticket_text import gist, headline, shortened

MAIL = (
    "Outlook asks again and again\n\nKind regards\nPrue\n\nPlease consider the environment before printing this e-mail."
)


def test_gist_ends_at_the_sign_off_and_weighs_the_title():
    assert gist("outlook", MAIL) == "outlook\noutlook\nOutlook asks again and again\n"


@pytest.mark.parametrize("body", ["Thanks for nothing, the printer is down", "", "no sign-off at all"])
def test_gist_of_a_text_without_sign_off_is_the_whole(body):
    assert gist("t", body).endswith(body)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Morning,\n\nThe VPN says 809", "The VPN says 809"),
        ("Hi Tom\nprinter again", "printer again"),
        ("Good morning to you all,\nprinter again", "printer again"),
        ("Subject: VPN wont connect\nMorning,", "VPN wont connect"),
        ("Hi, nobody can print", "Hi, nobody can print"),
        ("Hello", "Hello"),
        ("", ""),
    ],
)
def test_headline_is_the_first_line_that_says_what_it_is_about(text, line):
    assert headline(text) == line


@given(st.text(), st.text())
def test_gist_never_adds_words(title, body):
    assert set(gist(title, body).split()) <= set(title.split()) | set(body.split())


def test_shortened_cuts_a_word_where_whole_ones_would_say_too_little():
    assert shortened("Fwd: https://kestrel.example/" + "x" * 90, 40) == "Fwd: https://kestrel.example/" + "x" * 10 + "…"


@given(st.text(st.characters(categories=["L", "Z"]), max_size=60), st.integers(2, 40))
def test_shortened_is_the_line_or_a_beginning_of_it_that_fits(line, longest):
    short = shortened(line, longest)
    assert len(short) <= longest or short == line
    assert short == line or (short.endswith("…") and line.startswith(short[:-1]))
