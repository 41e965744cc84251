from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.markdown import render_markdown

ATTACKS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></ScRiPt>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>@import 'http://evil.example'</style>",
    "<form action=//evil.example><button>x</button></form>",
    "<math><mtext></p><style><!--</style><img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "[x](<javascript:alert(1)>)",
    "![x](http://evil.example/pixel.gif)",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    '[x](http://a.example/"onmouseover="alert(1))',
    "[x](http://a.example 'a\" onclick=\"alert(1)')",
    "```html\n<script>alert(1)</script>\n```",
    "`<img src=x onerror=alert(1)>`",
    "[a]: javascript:alert(1)\n\n[a]",
    "| <b onclick=alert(1)>a</b> |\n|---|\n| <script>x</script> |",
]
TAGS = {"p", "br", "strong", "em", "s", "code", "pre", "ul", "ol", "li", "a", "blockquote", "h2", "h3", "h4", "hr"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
SCHEMES = {"http", "https", "mailto", "tel", ""}


class Seen(HTMLParser):
    """Collects every tag, attribute and scheme that is not known to be harmless."""

    def __init__(self) -> None:
        super().__init__()
        self.harm: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.harm.append(tag)
        for name, value in attrs:
            known = (tag, name) in {("a", "href"), ("a", "rel"), ("a", "title"), ("ol", "start")}
            if not known or (name == "href" and urlsplit(value or "").scheme.lower() not in SCHEMES):
                self.harm.append(f"{tag} {name}={value}")


def harm_in(html: str) -> list[str]:
    seen = Seen()
    seen.feed(html)
    return seen.harm


@pytest.mark.parametrize("attack", ATTACKS)
def test_render_markdown_of_an_attack_is_harmless(attack: str) -> None:
    assert harm_in(render_markdown(attack)) == []


pieces = st.one_of(st.sampled_from(ATTACKS), st.text("<>[]()`\"'&!|#*-\n\t :/=", max_size=12), st.text(max_size=12))


@given(st.lists(pieces, max_size=6).map("".join))
def test_render_markdown_of_any_text_is_harmless(text: str) -> None:
    assert harm_in(render_markdown(text)) == []


@pytest.mark.parametrize("bad", ["<script>", '<a href="javascript:x">', '<p onclick="x">', '<img src="x">'])
def test_seen_refuses_what_harms(bad: str) -> None:
    assert harm_in(bad)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**Restart** `svc`", "<p><strong>Restart</strong> <code>svc</code></p>\n"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'),
        ("~~old~~", "<p><s>old</s></p>\n"),
        ("[a](https://a.example)", '<p><a href="https://a.example" rel="noopener noreferrer">a</a></p>\n'),
        ("a < b & c", "<p>a &lt; b &amp; c</p>\n"),
    ],
)
def test_render_markdown_keeps_what_engineers_write(text: str, html: str) -> None:
    assert render_markdown(text) == html
