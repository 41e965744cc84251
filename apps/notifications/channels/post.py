"""What is said in a channel of the chat, before it takes the form of a medium."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from apps.core.egress import Answer
from apps.core.redaction import SECRETS, redact

LONGEST_TITLE = 150
LONGEST_BODY = 2500
LONGEST_QUOTE = 160
SHORTEST_SECRET = 6
OPEN = "Open in ResolutionFlow"
_MENTION = re.compile(r"@(?=channel|here|everyone|team|all\b)", re.IGNORECASE)
_BREAK = "@\u200b"  # a space without width: reads the same and calls nobody

Texts = Mapping[str, str]  # title, body and kind, redacted


@dataclass(frozen=True)
class Style:
    """How one medium writes a post, and what it makes of the answer: None when the post arrived, else a sentence."""

    write: Callable[..., dict[str, object]]  # (texts, url=the address to open)
    problem: Callable[[Answer], str | None]
    hints: Mapping[str, str] = field(default_factory=dict)  # words of the other side, and what to do about them


def calm(text: str, longest: int) -> str:
    """The text cut to a length, with nothing in it that calls people by a mention."""
    short = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return _MENTION.sub(_BREAK, short)


def quote(answer: Answer, webhook: str) -> str:
    """The other side's own words in one line; a page that repeats the webhook does not give it away."""
    words = redact(answer.text[:4000], SECRETS, literals=_secrets(webhook)).text
    return " ".join(words.split())[:LONGEST_QUOTE]


def _secrets(webhook: str) -> list[str]:
    """The address behind its host, which is the secret, and all its parts that are long enough to be one."""
    parts = urlsplit(webhook)
    secret = unquote(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    pieces = re.split(r"[/?&=]", f"{webhook}/{secret}".removeprefix(f"{parts.scheme}://{parts.netloc}"))
    return [webhook, secret, *(piece for piece in pieces if len(piece) >= SHORTEST_SECRET)]
