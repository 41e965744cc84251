"""The house format: which sections a note has, in which order, under which headings. Pure."""

from dataclasses import dataclass
from typing import Literal

Key = Literal["issue", "cause", "fix", "verified", "next_steps", "continued", "steps", "evidence"]
SUMMARY: frozenset[Key] = frozenset({"issue", "cause", "fix", "verified", "next_steps"})


@dataclass(frozen=True, slots=True)
class Part:
    key: Key
    heading: str


@dataclass(frozen=True, slots=True)
class HouseFormat:
    """``summary_lines`` is the most that the summary's sections may take together; the rest goes to "continued"."""

    parts: tuple[Part, ...] = (
        Part("issue", "Issue"),
        Part("cause", "Cause"),
        Part("fix", "Fix"),
        Part("verified", "Verified"),
        Part("next_steps", "Next steps"),
        Part("continued", "Continued"),
        Part("steps", "Steps"),
        Part("evidence", "Evidence"),
    )
    summary_lines: int = 12


DEFAULT = HouseFormat()
# The headings of an escalation note, in order.
ESCALATION = (
    "Problem",
    "Confirmed",
    "Tried",
    "Ruled out",
    "Current hypothesis",
    "State left behind",
    "Open question",
    "Suggested next steps",
)
