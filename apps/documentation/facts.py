"""What a note is made from: a session and its step records as plain values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class CommandFacts(NamedTuple):
    """A command that a step offered; ``ran`` unless nobody said so, copied it or pasted its output."""

    text: str = ""
    where: str = ""
    run_as: str = ""
    effect: str = "read"
    output: str = ""
    ran: bool = True


class RecordFacts(NamedTuple):
    """A step record. ``flow`` names flow and version it was made in; ``actor`` who made it."""

    ordinal: int
    kind: str
    entered_at: datetime
    left_at: datetime
    flow: str = ""
    asked: str = ""
    answered: str = ""
    statement: str = ""
    note: str = ""
    commands: tuple[CommandFacts, ...] = ()
    outcome: str = ""
    reason: str = ""
    actor: str = ""
    active_seconds: int = 0
    entered_afterwards: bool = False
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A session. ``missing`` are labels of required fields without a value; ``secrets`` are values by name."""

    number: int
    title: str
    time_zone: str
    status: str
    engineer: str
    problem: str = ""
    flow: str = ""
    ticket: str = ""
    client: str = ""
    contact: str = ""
    device: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    active_seconds: int = 0
    waiting: str = ""
    outcome: str = ""
    closing_note: str = ""
    next_steps: str = ""
    missing: tuple[str, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
