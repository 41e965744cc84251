"""From a session and its step records to its note. Pure: the same facts give the same document, byte for byte."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from apps.core.redaction import PLACEHOLDER
from apps.documentation.document import Document, Fact, Line, Section, Style, clean
from apps.documentation.facts import CommandFacts, RecordFacts, SessionFacts
from apps.documentation.house import DEFAULT, ESCALATION, SUMMARY, HouseFormat, Key
from apps.documentation.steps import brief_line, day_line, day_of, moment, step_line, was_done
from apps.flows.variables import mask_secrets

Records = Sequence[RecordFacts]
F = TypeVar("F", RecordFacts, CommandFacts)

_CODES = frozenset({"kind", "outcome", "effect", "status", "time_zone", "waiting"})
_SAID = (str, tuple[str, ...], tuple[CommandFacts, ...])
_TEXTS = {
    facts: tuple(name for name, kind in facts.__annotations__.items() if kind in _SAID and name not in _CODES)
    for facts in (SessionFacts, RecordFacts, CommandFacts)
}
_STATUS_WARNINGS = {
    "prepared": "Incomplete: work has not started yet.",
    "active": "Incomplete: work is still going on.",
    "paused": "Incomplete: work is paused.",
    "escalated": "Incomplete: handed over, not resolved yet.",
    "requesting_escalation": "Incomplete: handed over, not resolved yet.",
    "abandoned": "Abandoned: work was stopped before an end was reached.",
}
_OUTCOME_WARNINGS = {
    "unresolved": "Not resolved: this work ended without a fix.",
    "escalated": "Not resolved: this work was handed over.",
}
_OUTCOMES = {
    "resolved": "Resolved",
    "workaround": "Workaround in place",
    "unresolved": "Not resolved",
    "escalated": "Escalated",
}
_NOT_AS_TOLD = re.compile(f"{PLACEHOLDER.pattern}|…$")  # where a title stops being what was told
VERIFIED_SHOWN = 2  # does it work, and is anything left changed
_GOOD = ("resolved", "workaround")
_STYLES: dict[Key, Style] = {"next_steps": "list", "evidence": "list", "steps": "steps", "continued": "rest"}


def build_note(
    facts: SessionFacts, records: Iterable[RecordFacts], house: HouseFormat = DEFAULT, newest: int | None = None
) -> Document:
    """The resolution note of a session, or the note so far. Superseded records are left out.

    With ``newest`` it lists only so many of its steps.
    """
    say = _speaker(facts.secrets)
    live = [_said(record, say) for record in records if not record.superseded]
    facts = replace(facts, **_changed(facts, say))
    return Document(facts.title, _warnings(facts, live), _head(facts, live), _sections(facts, live, house, newest))


def build_escalation(facts: SessionFacts, records: Iterable[RecordFacts], ordinal: int) -> Document:
    """The note that goes along with a handoff: the session as it stood at the handoff's record, ``ordinal``.

    Raises StopIteration where there is no such record.
    """
    say = _speaker(facts.secrets)
    known = [_said(record, say) for record in records if record.ordinal <= ordinal]
    call = next(record for record in known if record.ordinal == ordinal)
    spent = sum(record.active_seconds for record in known)
    facts = replace(facts, **_changed(facts, say))
    facts = replace(facts, outcome="", ended_at=None, engineer=call.actor, active_seconds=spent)
    live = [record for record in known if not record.superseded]
    content = _escalation(facts, live, call)
    sections = (Section(name, "prose" if name in _PROSE else "list", tuple(content[name])) for name in ESCALATION)
    warning = f"{call.asked}, not resolved yet. {call.answered}. {call.reason}."
    return Document(facts.title, (warning,), _head(facts, live), tuple(filter(lambda part: part.lines, sections)))


_PROSE = ("Problem", "Open question")


def _escalation(facts: SessionFacts, records: Records, call: RecordFacts) -> dict[str, list[Line]]:
    zone = ZoneInfo(facts.time_zone)
    done = [record for record in records if record.kind not in ("handoff", "end")]

    def went(*outcomes: str) -> list[Line]:
        return [brief_line(record, zone) for record in done if record.outcome in outcomes]

    return {
        "Problem": _issue(facts, records),
        "Confirmed": went("") or [Line("Nothing yet.")],
        "Tried": went("fixed", "not_fixed"),
        "Ruled out": went("not_applicable"),
        "Current hypothesis": [Line("Not recorded.")],
        "State left behind": [step_line(record) for record in done if _changes(record)]
        or [Line("Nothing was changed.")],
        "Open question": _lines(call.note, call) or [Line("Not recorded.")],
        "Suggested next steps": _lines(facts.next_steps) or [Line("Not recorded.")],
    }


def _changes(record: RecordFacts) -> bool:
    return was_done(record) and any(command.ran and command.effect == "change" for command in record.commands)


def _speaker(secrets: Mapping[str, str]) -> Callable[[str], str]:
    """What every text goes through first: hidden characters shown, values of secret variables masked."""
    cleaned = {name: clean(value) for name, value in secrets.items()}
    return (lambda text: mask_secrets(clean(text), cleaned)) if cleaned else clean


def _said(item: F, say: Callable[[str], str]) -> F:
    changes = _changed(item, say)
    return item._replace(**changes) if changes else item


def _changed(item: SessionFacts | RecordFacts | CommandFacts, say: Callable[[str], str]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name in _TEXTS[type(item)]:
        if value := getattr(item, name):
            said = say(value) if isinstance(value, str) else tuple([_said_part(part, say) for part in value])
            if said != value:
                changes[name] = said
    return changes


def _said_part(part: str | CommandFacts, say: Callable[[str], str]) -> str | CommandFacts:
    return say(part) if isinstance(part, str) else _said(part, say)


def _warnings(facts: SessionFacts, records: Records) -> tuple[str, ...]:
    known = _STATUS_WARNINGS.get(facts.status) or _OUTCOME_WARNINGS.get(facts.outcome, "")
    reasons = [facts.waiting if facts.status == "paused" else "", *(end.reason for end in _ends(records))]
    missing = f"Not filled in: {', '.join(facts.missing)}." if facts.missing else ""
    return tuple(filter(None, [" ".join([known, *(f"{reason}." for reason in reasons if reason)]).strip(), missing]))


def _head(facts: SessionFacts, records: Records) -> tuple[Fact, ...]:
    zone = ZoneInfo(facts.time_zone)
    flows = dict.fromkeys(filter(None, [facts.flow, *(record.flow for record in records)]))
    given = {
        "Outcome": _OUTCOMES.get(facts.outcome, ""),
        "Flow": ", ".join(flows),
        "Ticket": facts.ticket,
        "Client": facts.client,
        "Contact": facts.contact,
        "Device": facts.device,
        "Engineer": facts.engineer,
        "Start": moment(facts.started_at, zone),
        "End": moment(facts.ended_at, zone),
        "Active": f"{facts.active_seconds / 3600:.2f} h",
    }
    return tuple(Fact(label, value) for label, value in given.items() if value)


def _sections(facts: SessionFacts, records: Records, house: HouseFormat, newest: int | None) -> tuple[Section, ...]:
    content: dict[Key, list[Line]] = {key: part(facts, records) for key, part in _PARTS.items()}
    steps = [record for record in records if record.kind != "end"]
    content["steps"] = _steps(facts, steps[-newest:] if newest else steps)
    headings = {part.key: part.heading for part in house.parts}
    summary = {key: content[key] for key in headings if key in SUMMARY}
    shares = _shares([len(lines) for lines in summary.values()], house.summary_lines)
    for (key, lines), share in zip(summary.items(), shares, strict=True):
        content[key] = lines[:share]
        if rest := lines[share:]:
            content[key][-1:] = [line._replace(marks=("continued below",)) for line in content[key][-1:]]
            content.setdefault("continued", []).extend([Line(f"{headings[key]}:"), *rest])
    return tuple(
        Section(heading, _STYLES.get(key, "prose"), tuple(content[key]))
        for key, heading in headings.items()
        if content.get(key)
    )


def _shares(wanted: Sequence[int], limit: int) -> list[int]:
    """Deal out ``limit`` lines one by one, in turn, to those who still want some."""
    turns = [n for turn in range(limit) for n, count in enumerate(wanted) if count > turn][:limit]
    return [turns.count(n) for n in range(len(wanted))]


def _issue(facts: SessionFacts, _records: Records) -> list[Line]:
    told = facts.problem.strip()
    return ([] if _begins_with(told, facts.title.strip()) else _lines(facts.title)) + _lines(told)


def _begins_with(told: str, title: str) -> bool:
    """Whether the title says nothing else than the text's beginning, but for secrets and its cut end."""
    told = told[:400].casefold()
    first, *others = pieces = [piece.casefold() for piece in _NOT_AS_TOLD.split(title)]
    at = len(first) if told.startswith(first) else -1
    for piece in others:
        if at >= 0 and (found := told.find(piece, at)) >= 0:
            at = found + len(piece)
        else:
            return False
    return at >= 0 and any(pieces)


def _cause(facts: SessionFacts, records: Records) -> list[Line]:
    found = [line for end in _ends(records) for line in _lines(end.note, end)]
    return found or _unless(facts, "Not recorded.", "Not found.")


def _fix(facts: SessionFacts, records: Records) -> list[Line]:
    ends = _ends(records)
    typed = _lines(facts.closing_note, *ends)
    found = [line for end in ends for line in _lines(end.statement, end)]
    found += [line for line in typed if line.text not in {known.text for known in found}]
    if facts.outcome in _GOOD or not found:
        worked = [brief_line(record) for record in records if record.outcome == "fixed"]
        found += [line for line in worked if line.text not in {known.text for known in found}]
    return found or _unless(facts, "Not recorded.", "None.")


def _verified(facts: SessionFacts, records: Records) -> list[Line]:
    """Where a flow was followed to its good end, what was seen behind the step that worked, or last where none did.

    Who finishes early has seen the fault: then it is the step that worked, if there is one.
    """
    if facts.outcome not in _GOOD:
        return []
    done = [record for record in records if was_done(record) and record.outcome != "not_fixed"]
    fix = max((n for n, record in enumerate(done) if record.outcome == "fixed"), default=-1)
    is_followed = any(end.asked for end in _ends(records))
    seen = [record for record in done[fix + 1 :] if record.kind in ("question", "action", "check")]
    behind = seen if is_followed else []
    shown = behind[-1 if fix < 0 else -VERIFIED_SHOWN :] or done[fix : fix + 1]
    zone = ZoneInfo(facts.time_zone)
    return [brief_line(record, zone) for record in shown] or [Line("Not recorded.")]


def _next_steps(facts: SessionFacts, records: Records) -> list[Line]:
    return _lines(facts.next_steps, *_ends(records))


def _steps(facts: SessionFacts, records: Records) -> list[Line]:
    """The steps in order; a line with the day stands where the day, or the offset of the zone, is a new one."""
    zone = ZoneInfo(facts.time_zone)
    lines: list[Line] = []
    today = day_of(facts.started_at, zone) if facts.started_at else None
    for record in records:
        day = today if record.entered_afterwards else day_of(record.left_at, zone)
        if day and day != today:
            lines.append(day_line(day, record.ordinal))
            today = day
        lines.append(step_line(record, zone, facts.engineer))
    return lines or [Line("No steps recorded.")]


def _evidence(facts: SessionFacts, records: Records) -> list[Line]:
    zone = ZoneInfo(facts.time_zone)
    return [brief_line(record, zone) for record in records if record.kind == "evidence"]


_PARTS: dict[Key, Callable[[SessionFacts, Records], list[Line]]] = {
    "issue": _issue,
    "cause": _cause,
    "fix": _fix,
    "verified": _verified,
    "next_steps": _next_steps,
    "evidence": _evidence,
}


def _ends(records: Records) -> list[RecordFacts]:
    return [record for record in records if record.kind == "end"][-1:]


def _unless(facts: SessionFacts, solved: str, unsolved: str) -> list[Line]:
    """What to say where nothing is on record; nothing at all while the work goes on."""
    if facts.outcome in _GOOD:
        return [Line(solved)]
    return [Line(unsolved)] if facts.outcome else []


def _lines(text: str, *records: RecordFacts) -> list[Line]:
    ordinals = tuple(record.ordinal for record in records)
    return [Line(line.strip(), ordinals) for line in text.split("\n") if line.strip()]
