"""Conditions in Request Tracker's query language, from text that anybody may have typed. Pure.

There text is compared by LIKE alone: `%` and `_` in it stand for anything, so that whoever asks looks at what comes
back. Of the other operators none takes a text that begins with "CF." for a text.
"""

import re

LONGEST_SUBJECT = 200  # as its database holds it
ACTIVE = "Status = '__Active__'"
_ID = re.compile(r"[1-9][0-9]{0,8}")  # what fits its column
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\s]+")


def like(field: str, text: str) -> str:
    """Rows whose field holds the text, among others. `field` is a name of ours."""
    return f"{field} LIKE '{_quoted(one_line(text))}'"


def compare(field: str, number: str, operator: str = "=") -> str:
    """Rows by a number; what is none counts as 0, which no row has."""
    return f"{field} {operator} {number if is_id(number) else 0}"


def subject_or_number(text: str) -> str:
    return f"({like('Subject', text)} OR {compare('id', text)})" if is_id(text) else like("Subject", text)


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def one_line(text: str) -> str:
    return _UNSEEN.sub(" ", text).strip()


def _quoted(text: str) -> str:
    if text[:3].upper() == "CF.":  # even between quotes that is taken for the name of a field
        text = f"_{text[1:]}"
    return re.sub(r"(['\\])", r"\\\1", text)
