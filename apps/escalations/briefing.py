"""What the next person must know, made from the session's records alone. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.documentation.facts import RecordFacts, SessionFacts

_LEFT_OUT = frozenset({"handoff", "end"})
_TRIED = frozenset({"fixed", "not_fixed"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One step in a line: what it says, how it went, and what it took. ``ordinal`` is its record."""

    ordinal: int
    text: str
    answer: str
    outcome: str
    minutes: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Briefing:
    """``steps`` are all in order; of those ``confirmed`` are answers, ``tried`` are repairs with their result."""

    problem: str
    minutes: int
    steps: tuple[Finding, ...]
    confirmed: tuple[Finding, ...]
    tried: tuple[Finding, ...]
    left_behind: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    question: str

    @property
    def is_empty(self) -> bool:
        return not (self.confirmed or self.tried or self.notes)


def brief(facts: SessionFacts, records: Iterable[RecordFacts], question: str) -> Briefing:
    """The briefing for whoever goes on. ``question`` is what the author asks, in their words."""
    live = [record for record in records if not record.superseded and record.kind not in _LEFT_OUT]
    steps = [record for record in live if record.kind != "note"]
    tried = [record for record in steps if record.outcome in _TRIED]
    return Briefing(
        problem=facts.problem or facts.title,
        minutes=round(facts.active_seconds / 60),
        steps=_findings(steps),
        confirmed=_findings([record for record in steps if not record.outcome]),
        tried=_findings(tried),
        left_behind=_findings([record for record in tried if _changed(record)]),
        notes=_findings([record for record in live if record.kind == "note"]),
        question=question,
    )


def _changed(record: RecordFacts) -> bool:
    """Whether the step ran something that changes the system: that is how it stands now."""
    return any(command.effect == "change" and command.ran for command in record.commands)


def _findings(records: Sequence[RecordFacts]) -> tuple[Finding, ...]:
    return tuple(map(_finding, records))


def _finding(record: RecordFacts) -> Finding:
    text = record.note if record.kind == "note" else record.statement or record.asked
    answer = "" if record.statement or record.kind == "note" else record.answered
    return Finding(record.ordinal, text, answer, record.outcome, round(record.active_seconds / 60), record.left_at)
