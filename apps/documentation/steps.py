"""One step record as a line of the note, and its times in the session's zone. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from itertools import chain

from apps.documentation.document import Block, Line
from apps.documentation.facts import CommandFacts, RecordFacts

Day = tuple[date, timedelta]

_STEP_OUTCOMES = {
    "fixed": "fixed it",
    "not_fixed": "did not help",
    "not_applicable": "not applicable",
    "skipped": "skipped",
}
_EFFECTS = {"read": "read-only", "change": "makes changes"}


def step_line(record: RecordFacts, zone: tzinfo | None = None, owner: str = "") -> Line:
    text, answer = _told(record)
    return Line(
        text,
        (record.ordinal,),
        _time_of(record, zone),
        answer,
        tuple(_marks(record, owner)),
        "" if record.kind == "note" else record.note,
        tuple(chain.from_iterable(map(_blocks, record.commands))) if was_done(record) else _outputs(record),
    )


def brief_line(record: RecordFacts, zone: tzinfo | None = None) -> Line:
    """A step without its note and its commands, its time behind it."""
    text, answer = _told(record)
    return Line(text, (record.ordinal,), "", answer, (*filter(None, [_time_of(record, zone)]), *_marks(record, "")))


def _time_of(record: RecordFacts, zone: tzinfo | None) -> str:
    return _clock(record.left_at.astimezone(zone)) if zone and not record.entered_afterwards else ""


def _told(record: RecordFacts) -> tuple[str, str]:
    """The statement that an answer stands for, or else what was asked and answered."""
    if record.kind == "note":
        return f"Note: {record.note}", ""
    if record.outcome == "skipped":
        return record.asked, "skipped"
    if record.statement:
        return record.statement, ""
    return record.asked, record.answered or _STEP_OUTCOMES.get(record.outcome, "")


def _marks(record: RecordFacts, owner: str) -> Iterable[str]:
    if record.entered_afterwards:
        yield "entered afterwards"
    if record.kind == "custom_step":
        yield "own step"
    if record.reason:
        yield record.reason
    if owner and record.actor and record.actor != owner:
        yield f"by {record.actor}"


def _blocks(command: CommandFacts) -> Iterable[Block]:
    if command.text and (command.ran or command.output):
        how = [command.where, command.run_as, _EFFECTS.get(command.effect, "")]
        yield Block(f"Command ({', '.join(filter(None, how))})", command.text)
    if command.output:
        yield Block("Output", command.output)


def _outputs(record: RecordFacts) -> tuple[Block, ...]:
    return tuple(Block("Output", command.output) for command in record.commands if command.output)


def was_done(record: RecordFacts) -> bool:
    return record.outcome not in ("skipped", "not_applicable")


def day_line(day: Day, ordinal: int) -> Line:
    """Stands before the first step of another day, or of another offset of the zone."""
    return Line(f"{_written(day[0])} ({_offset(day[1])})", (ordinal,))


def day_of(at: datetime, zone: tzinfo) -> Day:
    local = at.astimezone(zone)
    return local.date(), local.utcoffset() or timedelta()


def moment(at: datetime | None, zone: tzinfo) -> str:
    if at is None:
        return ""
    day, distance = day_of(at, zone)
    return f"{_written(day)}, {_clock(at.astimezone(zone))} {_offset(distance)}"


def _clock(at: datetime) -> str:
    return f"{at.hour:02}:{at.minute:02}"


def _written(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _offset(distance: timedelta) -> str:
    minutes = round(distance.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
