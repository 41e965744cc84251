"""What the Content-Security-Policy, HTMX and our escaping need of every template."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).parents[2] / "templates"
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html"))
FORBIDDEN = {
    "hx-on": r"\bhx-on\b",
    "js:": r"""["'\s]js:""",
    "javascript:": r"javascript:",
    "a filter in hx-trigger": r"""hx-trigger[\w:]*=(?P<quote>["'])(?:(?!(?P=quote)).)*\[""",
    "an inline script": r"<script(?![^>]*\bsrc=)",
    "style=": r"<[^>]*\sstyle\s*=",
    "an on…= attribute": r"<[^>]*\son[a-z]+\s*=",
    "|safe": r"\|\s*safe\b",
    "autoescape off": r"autoescape\s+off",
    "a part that blocks its own buttons": r"""data-quiet(?! hx-disable="this")(?=[^>]*\shx-(get|post)=)""",
}
LONGEST = 150


def violations(text: str) -> list[str]:
    """Names of the rules that the template's text breaks."""
    return [name for name, pattern in FORBIDDEN.items() if re.search(pattern, text, re.IGNORECASE | re.DOTALL)]


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_is_safe_short_and_compiles(name: str) -> None:
    text = (ROOT / name).read_text()
    assert violations(text) == []
    assert text.count("\n") <= LONGEST
    get_template(name)


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ('<b hx-on:click="go()">', "hx-on"),
        ("<b hx-vals='js:{a: 1}'>", "js:"),
        ('<b hx-confirm="js:ask()">', "js:"),
        ('<a href="javascript:go()">', "javascript:"),
        ('<b hx-trigger="click[ctrlKey]">', "a filter in hx-trigger"),
        ("<b hx-trigger:inherited='keyup[key==\"a\"] from:body'>", "a filter in hx-trigger"),
        ("<script>go()</script>", "an inline script"),
        ('<script type="module">go()</script>', "an inline script"),
        ('<p class="x" style="color: red">', "style="),
        ('<p\n  onclick="go()">', "an on…= attribute"),
        ("{{ text|safe }}", "|safe"),
        ("{{ text | safe }}", "|safe"),
        ("{% autoescape off %}", "autoescape off"),
        ('<div data-quiet hx-get="/x/">', "a part that blocks its own buttons"),
    ],
)
def test_violations_of_a_bad_text_name_the_rule(text: str, broken: str) -> None:
    assert broken in violations(text)


@pytest.mark.parametrize(
    "text",
    [
        '<script src="{% static "js/app.js" %}" type="module"></script>',
        '<b hx-trigger="keyup changed delay:300ms from:body" name="note[]">',
        "<p>Turn it on = better; its style = ours.</p>",
        '<link rel="stylesheet" href="a.css">',
        "{{ text|safe_name }}",
    ],
)
def test_violations_of_a_good_text_are_none(text: str) -> None:
    assert violations(text) == []


def rendered_alone() -> Iterator[str]:
    """Templates that are neither pages, nor parts of others, nor mails."""
    for name in TEMPLATES:
        folder, _, file = name.rpartition("/")
        part = folder == "components" or folder.startswith(("allauth", "emails"))
        page = re.search(r"{%\s*extends|<!doctype", (ROOT / name).read_text(), re.IGNORECASE)
        if not part and not page:
            yield file


def test_template_that_is_returned_alone_starts_with_an_underscore() -> None:
    assert [file for file in rendered_alone() if not file.startswith("_")] == []
