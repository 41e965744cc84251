"""What a note's text becomes on its way into a ticket. Pure."""

from datetime import timedelta
from decimal import ROUND_UP, Decimal
from hashlib import sha256

MOST_CHARACTERS = 30_000  # of a note; what is longer goes along whole as a file


def amended(text: str, marker: str) -> str:
    """A text that takes the place of the note with the marker, and says so."""
    return f"This replaces the note [{marker}].\n\n{text}" if marker else text


def cut(text: str, file_name: str) -> str:
    """The text as far as a note holds it, up to the end of a line, and where the rest is."""
    if len(text) <= MOST_CHARACTERS:
        return text
    rest = f"\n\n… The note goes on: the whole of it is attached as {file_name}."
    head = text[: MOST_CHARACTERS - len(rest)]
    return head[: head.rfind("\n") + 1 or None].rstrip() + rest


def is_cut(text: str) -> bool:
    return len(text) > MOST_CHARACTERS


def digest(text: str) -> str:
    """Names a text, to tell whether it is still the one that somebody saw."""
    return sha256(text.encode()).hexdigest()


def hours_of(spent: timedelta, minutes: int) -> Decimal:
    """Time in decimal hours, rounded up to whole steps of so many minutes; nothing stays nothing."""
    steps = (Decimal(spent.total_seconds()) / (60 * minutes)).to_integral_value(ROUND_UP)
    return (steps * minutes / 60).quantize(Decimal("0.01"))
