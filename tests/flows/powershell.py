"""Whether a PowerShell command parses, by the grammar for tree-sitter."""

import re

import tree_sitter_powershell
from tree_sitter import Language, Parser

STRING = r"'(?:[^']|'')*'|\"(?:[^\"`]|`.)*\""
PIECE = re.compile(rf"(?P<list>(?:{STRING}|\b\d+)(?:\s*,\s*(?:{STRING}|\d+))*)|[({{\[\])}}]|\s*,\s*|.", re.DOTALL)
ITEM = re.compile(rf"{STRING}|\d+", re.DOTALL)
OTHERS = ((r"\b(\d+)[KMGT]B\b", r"\1"), (r"([|,])[ \t]*\n\s*", r"\1 "), (r"(\s-[A-Za-z]+)\d+([A-Za-z]+)", r"\1\2"))
PARSER = Parser(Language(tree_sitter_powershell.language()))


def parses(text: str) -> bool:
    return not PARSER.parse(simplified(text).strip().encode()).root_node.has_error


def simplified(text: str) -> str:
    """The text without what PowerShell takes and the grammar does not: lists of arguments, sizes such as 1GB, lines
    that go on after a comma or a pipe, digits inside the name of a parameter.

    A list of literals is cut to its first; other commas between arguments become spaces.
    """
    for pattern, plain in OTHERS:
        text = re.sub(pattern, plain, text)
    pieces: list[str] = []
    opened: list[str] = []
    for match in PIECE.finditer(text):
        piece = ITEM.match(match["list"])[0] if match["list"] else match[0]  # type: ignore[index]
        if piece in tuple("([{"):
            opened.append(piece)
        elif piece in tuple(")]}") and opened:
            opened.pop()
        argument = piece.strip() == "," and opened[-1:] not in (["("], ["["])
        pieces.append(" " if argument else piece)
    return "".join(pieces)
