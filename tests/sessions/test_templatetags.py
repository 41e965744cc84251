from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.utils import timezone

from apps.sessions.models import StepRecord
from apps.sessions.templatetags.sessions import flow_text, path_line

DESK = SimpleNamespace(values={"host": "srv-01_a", "odd": "<b>*x*</b>"}, declared=[])


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Ask `ping {{host}}`", "<p>Ask <code>ping srv-01_a</code></p>"),
        ("Ask {{host}}", "<p>Ask srv-01_a</p>"),
        ("Say {{odd}}", "<p>Say &lt;b&gt;*x*&lt;/b&gt;</p>"),
        ("[Open](https://portal.example/{{odd}})", 'href="https://portal.example/%3Cb%3E%2Ax%2A%3C%2Fb%3E"'),
        ("Ask {{other}}", '<p>Ask <mark class="gap">other</mark></p>'),
    ],
)
def test_flow_text_shows_values_as_plain_text_wherever_they_stand(text, html):
    assert html in flow_text(DESK, text)


def test_flow_text_makes_no_link_that_runs_something():
    desk = SimpleNamespace(values={"x": "javascript:alert(1)"}, declared=[])
    assert "javascript:" not in flow_text(desk, "[Open]({{x}})")


@pytest.mark.parametrize(
    ("outcome", "drawn"), [("", "check"), ("fixed", "check"), ("not_fixed", "#x"), ("skipped", "skip-forward")]
)
def test_line_of_the_path_shows_how_the_step_went_and_escapes_what_people_wrote(outcome: str, drawn: str) -> None:
    at = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
    record = StepRecord(ordinal=4, asked="<b>Seen?</b>", answered="It's & on", outcome=outcome, left_at=at)
    with timezone.override("Europe/Madrid"):
        line = path_line(record, may_act=True)
    assert drawn in line
    assert 'name="ordinal" value="4"' in line
    assert "&lt;b&gt;Seen?&lt;/b&gt;" in line
    assert "<b>It&#x27;s &amp; on</b><time>10:05</time>" in line


def test_line_of_the_path_offers_no_change_to_who_reads_along() -> None:
    record = StepRecord(ordinal=4, asked="Seen?", entered_afterwards=True, left_at=datetime(2026, 3, 1, tzinfo=UTC))
    assert "<button" not in path_line(record, may_act=False)
    assert "<time>before</time>" in path_line(record, may_act=False)
