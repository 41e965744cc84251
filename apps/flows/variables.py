"""Values of variables in the texts and commands of a flow. Pure.

A secret is never written out: it stays ``{{name}}`` in every text, and its value is masked where somebody typed it.
"""

import ipaddress
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from apps.flows.graph import PLACEHOLDER, Node, Step, Variable, placeholders


class Shell(NamedTuple):
    """What may stand bare; by quote sign what is escaped inside it and how. The first sign goes around the rest."""

    bare: re.Pattern[str]
    quotes: Mapping[str, tuple[str, str]]


# PowerShell takes typographic quotes for plain ones; cmd knows no single ones; Bourne shells eat a bare backslash.
_POWERSHELL = Shell(
    re.compile(r"[\w.:\\/-][\w.@:\\/-]*"),
    {"'": ("(['\u2018-\u201b])", r"\1\1"), '"': ('(["$`\u201c-\u201e])', r"`\1")},
)
_CMD = Shell(re.compile(r"[\w.@:\\/-]+"), {'"': ('"', '""')})
_BOURNE = Shell(re.compile(r"[\w.@:/-]+"), {"'": ("'", r"'\\''"), '"': (r'([\\"$`])', r"\\\1")})
_SPACED = re.compile(r"[\r\n\t\x00]+")
_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in for ``{{name}}``; names without one stay as they are."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1]) or match[0], text) if "{{" in text else text


def fill_command(command: str, values: Mapping[str, str], shell: str) -> str:
    """Put values into a command so that each stays one literal of the shell, whatever somebody typed."""
    rules = _shell_named(shell)

    def literal(match: re.Match[str]) -> str:
        value = _SPACED.sub(" ", values.get(match[1], ""))
        if not value:
            return match[0]
        open_quote = _open_quote(command[: match.start()], rules.quotes)
        if not open_quote and rules.bare.fullmatch(value):
            return value
        around = "" if open_quote else next(iter(rules.quotes))
        sign, escaped = rules.quotes[open_quote or around]
        return around + re.sub(sign, escaped, value) + around

    return PLACEHOLDER.sub(literal, command)


def _shell_named(name: str) -> Shell:
    if re.search(r"powershell|pwsh", name, re.IGNORECASE):
        return _POWERSHELL
    return _CMD if re.search(r"cmd|command prompt", name, re.IGNORECASE) else _BOURNE


def _open_quote(before: str, signs: Collection[str]) -> str:
    """The quote sign that is open at the end of a piece of a command, or nothing."""
    open_one = ""
    for sign in before.rpartition("\n")[2]:
        if sign in signs and open_one in ("", sign):
            open_one = "" if open_one else sign
    return open_one


def needed(node: Node, values: Mapping[str, str], declared: Iterable[Variable]) -> list[Variable]:
    """Variables that a node mentions and that have no value."""
    return [variable for variable in declared if variable.name in node.mentioned and not values.get(variable.name)]


def missing(declared: Iterable[Variable], values: Mapping[str, str], names: Collection[str] = ()) -> list[Variable]:
    """Variables without a value that are required, or whose ``names`` the note mentions."""
    wanted = [variable for variable in declared if variable.required or variable.name in names]
    return [variable for variable in wanted if not values.get(variable.name)]


def mentioned(said: Iterable[str]) -> set[str]:
    """Names of the variables in texts."""
    return {name for text in said for name in placeholders(text)}


def mask_secrets(text: str, secrets: Mapping[str, str]) -> str:
    """Replace every literal occurrence of a secret's value by its placeholder, the longest first.

    A placeholder that stands there stays one, so that a text may be masked as often as it is saved.
    """
    names = {value: name for name, value in secrets.items() if value}
    if not names:
        return text
    literals = [re.escape(value) for value in sorted(names, key=len, reverse=True)]
    found = re.compile("|".join([*literals, *(rf"\{{\{{{name}\}}\}}" for name in names.values())]))
    return found.sub(lambda hit: f"{{{{{names[hit[0]]}}}}}" if hit[0] in names else hit[0], text)


def problem_with(variable: Variable, value: str) -> str:
    """Say what is wrong with a typed value, or nothing."""
    check = _CHECKS.get(variable.kind)
    if not value:
        return ""
    if variable.kind == "choice":
        return "" if value in variable.choices else "Choose one of the values shown."
    return check(value) if check else ""


def problem_with_check(step: Step, value: str) -> str:
    """Say what is wrong with the value that verifies a procedure's step, or nothing."""
    if step.verification in ("text", "number") and not value:
        return f"Write the {'number' if step.verification == 'number' else 'result'} that you saw, or skip the step."
    return _number(value) if step.verification == "number" else ""


def _number(value: str) -> str:
    return "" if re.fullmatch(r"-?\d+([.,]\d+)?", value) else "Write a number, such as 12 or 3.5."


def _address(value: str) -> str:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return "Write an IP address, such as 192.0.2.10 or 2001:db8::1."
    return ""


def _date(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        return "Write a date as 2026-11-24."
    return ""


def _host(value: str) -> str:
    return "" if _HOST.fullmatch(value) else "Write a host name, such as srv-01 or vpn.example.com."


def _yes_no(value: str) -> str:
    return "" if value in ("yes", "no") else "Choose yes or no."


_CHECKS = {"number": _number, "ip": _address, "date": _date, "host": _host, "yes_no": _yes_no}
