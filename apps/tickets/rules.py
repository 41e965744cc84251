"""Which flow a ticket calls for, by what the team laid down. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """Empty fields say nothing; case does not matter."""

    flow_id: int
    board: str = ""
    type: str = ""
    words: str = ""


def best_rule(rules: Iterable[Rule], *, board: str, type_: str, subject: str) -> Rule | None:
    """The rule that holds and says most; of equals the first."""
    fitting = [rule for rule in rules if _holds(rule, board, type_, subject.casefold())]
    return max(fitting, key=_weight, default=None)


def _holds(rule: Rule, board: str, type_: str, subject: str) -> bool:
    return (
        rule.board.casefold() in ("", board.casefold())
        and rule.type.casefold() in ("", type_.casefold())
        and all(word in subject for word in rule.words.casefold().split())
    )


def _weight(rule: Rule) -> tuple[int, int]:
    """How many fields a rule gives, then how many words."""
    return sum(map(bool, (rule.board, rule.type, rule.words))), len(rule.words.split())
