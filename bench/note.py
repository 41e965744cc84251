"""The note of a long session: building, redacting and rendering it four ways, with nothing searched before."""

from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter, process_time

from apps.core.redaction import Destination
from apps.documentation.build import build_note
from apps.documentation.facts import CommandFacts, RecordFacts, SessionFacts
from apps.documentation.redacted import redact_document
from apps.documentation.render import RENDERERS
from apps.teams.models import User
from bench.measure import Table

STEPS = 200
LIMIT_MS = 50
START = datetime(2026, 8, 18, 7, 0, tzinfo=UTC)
SESSION = SessionFacts(
    1, "VPN fails", "Europe/Berlin", "resolved", "Dana Kowalski", outcome="resolved", started_at=START
)


def long_session(run: int) -> list[RecordFacts]:
    """Every fourth step has a note, every fourth a command, every twentieth a password; all new in each run."""
    return [_record(run, n) for n in range(1, STEPS + 1)]


def _record(run: int, n: int) -> RecordFacts:
    at = START + timedelta(minutes=n)
    output = f"Status   Name {run}-{n}\nRunning  RasMan\nAddress 10.20.{run % 200}.{n}"
    commands = (CommandFacts(f"Get-Service RasMan # {run}-{n}", "User's PC", "user", "read", output),)
    secret = f", password is Maple#{n}x{run}" if n % 20 == 0 else ""
    return RecordFacts(
        n,
        "question",
        at,
        at,
        asked=f"Is service {n} running on PC-{run}?",
        answered=f"Yes, since {n} minutes",
        note=f"Asked the user again in run {run}, step {n}{secret}" if n % 4 == 2 or secret else "",
        commands=commands if n % 4 == 0 else (),
        actor="Dana Kowalski",
    )


def write_note(run: int) -> None:
    note = redact_document(build_note(SESSION, long_session(run)), Destination.PSA_NOTE, key=b"bench")
    for render in RENDERERS.values():
        render(note.document)


def measure(table: Table, _by: User, times: int = 15) -> None:
    clock, processor = [], []
    for n in range(times):
        wall, cpu = perf_counter(), process_time()
        write_note(n)
        clock.append((perf_counter() - wall) * 1000)
        processor.append((process_time() - cpu) * 1000)
    table.head(f"Note of a session of {STEPS} steps: built, redacted, rendered four ways")
    table.row("note, median", median(clock), LIMIT_MS, unit="ms")
    table.row("note, CPU", median(processor), LIMIT_MS, unit="ms")
