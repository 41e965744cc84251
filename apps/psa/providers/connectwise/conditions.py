"""The language in which ConnectWise is asked for some of its records. Pure.

No escape is documented for a double quote inside of a string, so that none gets in: what people type is taken apart at
every character that could mean something there, and the pieces are sought.
"""

import re
from collections.abc import Collection

LONGEST_TITLE = 100  # a ticket's, there
LARGEST_ID = 2**31 - 1
_MEANS_SOMETHING = re.compile(r'["\\%_*\[\]^\x00-\x1f\x7f-\x9f\u2028\u2029]+')
_ID = re.compile(r"[1-9][0-9]{0,9}")


def equals(field: str, value: int | bool) -> str:
    return f"{field} = {value}"


def below(field: str, value: int) -> str:
    return f"{field} < {value}"


def one_of(field: str, values: Collection[int]) -> str:
    return f"{field} in ({','.join(str(value) for value in values)})"


def contains(field: str, text: str) -> str:
    """Every piece of the text is in the field; "" when there is nothing in it to look for."""
    return both(*(f'{field} contains "{piece}"' for piece in pieces(text)))


def both(*conditions: str) -> str:
    """All of them; empty ones ask for nothing."""
    return " AND ".join(condition for condition in conditions if condition)


def either(*conditions: str) -> str:
    return f"({' OR '.join(condition for condition in conditions if condition)})"


def pieces(text: str) -> list[str]:
    parts = (" ".join(part.split()) for part in _MEANS_SOMETHING.split(text[:LONGEST_TITLE]))
    return [part for part in parts if part]


def id_of(text: str) -> int | None:
    """The id that the text is, or None."""
    return int(text) if _ID.fullmatch(text) and int(text) <= LARGEST_ID else None
