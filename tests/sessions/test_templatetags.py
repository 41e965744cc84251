from types import SimpleNamespace

import pytest

from apps.sessions.templatetags.sessions import flow_text

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
