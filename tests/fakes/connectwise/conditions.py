"""Reads conditions as ConnectWise's guide describes them, and is strict about it."""

import re
from collections.abc import Callable, Mapping
from typing import Any

Test = Callable[[Mapping[str, Any]], bool]
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"]*")|(?P<date>\[[^\]]*\])|(?P<word>[A-Za-z_][\w/.]*)|(?P<number>-?\d+)"""
    r"""|(?P<sign><=|>=|!=|[=<>(),]))"""
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a is not None and a < b,
    ">": lambda a, b: a is not None and a > b,
    "<=": lambda a, b: a is not None and a <= b,
    ">=": lambda a, b: a is not None and a >= b,
    "contains": lambda a, b: like(a, f"%{b}%"),
    "like": lambda a, b: like(a, b),
    "in": lambda a, b: a in b,
}


class Malformed(ValueError):
    """What no conditions can be."""


def parse(text: str) -> Test:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise Malformed(text[at : at + 20])
        tokens.append((str(found.lastgroup), found[str(found.lastgroup)]))
        at = found.end()
    reader = _Reader(tokens)
    test = reader.any()
    if reader.left:
        raise Malformed("more than one")
    return test


def like(value: Any, pattern: str) -> bool:
    """As SQL Server reads a pattern: %, _ and [ ] mean something."""
    parts = {"%": ".*", "_": "."}
    pieces = re.findall(r"\[[^\]]*\]|.", pattern, re.DOTALL)
    regex = "".join(piece if len(piece) > 1 else parts.get(piece, re.escape(piece)) for piece in pieces)
    return isinstance(value, str) and bool(re.fullmatch(regex, value, re.DOTALL | re.IGNORECASE))


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.left = tokens

    def any(self) -> Test:
        tests = [self.all()]
        while self.takes("or"):
            tests.append(self.all())
        return lambda row: any(test(row) for test in tests)

    def all(self) -> Test:
        tests = [self.one()]
        while self.takes("and"):
            tests.append(self.one())
        return lambda row: all(test(row) for test in tests)

    def one(self) -> Test:
        if self.takes("("):
            inner = self.any()
            self.demand(")")
            return inner
        kind, field = self.take()
        is_not = self.takes("not")
        operator = self.take()[1].lower()
        if kind != "word" or operator not in _COMPARE:
            raise Malformed(operator)
        value = self.several() if operator == "in" else self.value()
        compare = _COMPARE[operator]
        return lambda row: compare(_of(row, field), value) != is_not

    def several(self) -> list[Any]:
        self.demand("(")
        values = [self.value()]
        while self.takes(","):
            values.append(self.value())
        self.demand(")")
        return values

    def value(self) -> Any:
        kind, text = self.take()
        if kind in ("text", "date"):
            return text[1:-1]
        if kind == "number":
            return int(text)
        if text in ("True", "False"):
            return text == "True"
        raise Malformed(text)

    def take(self) -> tuple[str, str]:
        if not self.left:
            raise Malformed("too short")
        return self.left.pop(0)

    def takes(self, word: str) -> bool:
        if self.left and self.left[0][0] in ("word", "sign") and self.left[0][1].lower() == word:
            self.left.pop(0)
            return True
        return False

    def demand(self, sign: str) -> None:
        if not self.takes(sign):
            raise Malformed(f"no {sign}")


def _of(row: Mapping[str, Any], path: str) -> Any:
    value: Any = row
    for name in path.split("/"):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
