"""What a pasted ticket is about, without what mail programs add. Pure."""

import re

_SIGN_OFF = re.compile(
    r"^\W*((kind|best|warm|many)?\s*(regards|wishes)|thanks|thank you|thx|cheers|yours|sincerely|br|sent from my"
    r"|this (e-?mail|message) (and|is|may)|confidential|--+\s*$)\b.{0,60}$",
    re.IGNORECASE | re.MULTILINE,
)
_GREETING = re.compile(
    r"\W*(hi|hello|hey|dear|(good )?(morning|afternoon|evening))(( \w+)?\W*|( \w+){2,3}[,!.:])|\W*", re.IGNORECASE
)
_LABEL = re.compile(r"\s*subject\s*:\s*", re.IGNORECASE)
TITLE_WEIGHT = 2


def headline(text: str) -> str:
    """The line that names the problem: the first that says more than a greeting, without "Subject:"; or nothing."""
    lines = [_LABEL.sub("", line, count=1).strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if not _GREETING.fullmatch(line)), next(iter(lines), ""))


def shortened(line: str, longest: int) -> str:
    """The line, or as many of its whole words as there is room for; a word is cut where that would leave too little."""
    if len(line) <= longest:
        return line
    kept = line[:longest]
    words = kept.rpartition(" ")[0].rstrip()
    return (words if len(words) > longest // 2 else kept[:-1]) + "…"


def gist(title: str, body: str) -> str:
    """The title, weighed more, and the text up to its sign-off; a sign-off in the first line ends nothing."""
    end = next((found.start() for found in _SIGN_OFF.finditer(body) if body[: found.start()].strip()), len(body))
    return "\n".join([*[title] * TITLE_WEIGHT, body[:end]])
