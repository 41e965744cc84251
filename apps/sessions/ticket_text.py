"""What a pasted ticket is about, without what mail programs add. Pure."""

import re

_SIGN_OFF = re.compile(
    r"^\W*((kind|best|warm|many)?\s*(regards|wishes)|thanks|thank you|thx|cheers|yours|sincerely|br|sent from my"
    r"|this (e-?mail|message) (and|is|may)|confidential|--+\s*$)\b.{0,60}$",
    re.IGNORECASE | re.MULTILINE,
)
TITLE_WEIGHT = 2


def gist(title: str, body: str) -> str:
    """The title, weighed more, and the text up to its sign-off; a sign-off in the first line ends nothing."""
    end = next((found.start() for found in _SIGN_OFF.finditer(body) if body[: found.start()].strip()), len(body))
    return "\n".join([*[title] * TITLE_WEIGHT, body[:end]])
