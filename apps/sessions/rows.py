"""A session, its newest step records and the drafts of a step, in statements written by hand.

Every answer waits for them, and Django takes longer to compose these than PostgreSQL to answer them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from apps.core.models import Member
from apps.core.statements import columns, read
from apps.flows.models import Flow, FlowVersion
from apps.psa.models import Client, Ticket
from apps.sessions.models import FlowSession, StepDraft, StepRecord
from apps.teams.models import User

# What a session's page and the head of its note show of other rows; graphs are read once a process.
_BESIDE: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "flow": (Flow, ("title", "visibility", "owner_id")),
    "version": (FlowVersion, ("number",)),
    "client": (Client, ("name", "colour")),
    "ticket": (Ticket, ("number", "title", "priority")),
    "owner": (User, ("name",)),
}
_SHOWN_BESIDE = ", ".join(
    f"(SELECT {field} FROM {model._meta.db_table} WHERE id = s.{name}_id)"  # noqa: S608 - names of columns
    for name, (model, fields) in _BESIDE.items()
    for field in fields
)
_SESSIONS = (
    f"SELECT {columns(FlowSession)}, {_SHOWN_BESIDE} FROM {FlowSession._meta.db_table} s WHERE s.team_id = %s AND "  # noqa: S608 - names of columns
)
_OF_CLOCK = "(s.id = %s OR s.owner_id = %s AND s.clock_at IS NOT NULL) ORDER BY s.id FOR NO KEY UPDATE OF s"

NOTE_SHOWN, PATH_SHOWN = 6, 8  # what fits on the first screen
_COMMANDS = f"CASE WHEN line <= {NOTE_SHOWN + 1} THEN commands ELSE '[]' END"  # of the steps that the note shows
_RECENT = f"""
    SELECT {columns(StepRecord, commands=_COMMANDS)}, lines, steps FROM (
        SELECT *,
            count(*) FILTER (WHERE kind <> 'end') OVER () AS lines,
            count(*) FILTER (WHERE kind <> 'end') OVER newest AS line,
            count(*) FILTER (WHERE kind NOT IN ('note', 'handoff', 'end')) OVER () AS steps,
            count(*) FILTER (WHERE kind NOT IN ('note', 'handoff', 'end')) OVER newest AS step,
            count(*) FILTER (WHERE outcome = 'fixed') OVER () AS fixes,
            count(*) FILTER (WHERE outcome = 'fixed') OVER newest AS fix,
            row_number() OVER (PARTITION BY version_id ORDER BY ordinal) AS of_version
        FROM {StepRecord._meta.db_table} WHERE flow_session_id = %s AND superseded_at IS NULL
        WINDOW newest AS (ORDER BY ordinal DESC)
    ) live
    WHERE line <= {NOTE_SHOWN + 1} OR step <= {PATH_SHOWN} AND kind <> 'note' OR outcome = 'fixed' AND fix > fixes - 13
        OR of_version = 1 OR kind IN ('evidence', 'end')
    ORDER BY ordinal
"""  # noqa: S608 - numbers of ours and the name of a table
_DRAFTS = f"""
    SELECT field, text FROM {StepDraft._meta.db_table}
    WHERE flow_session_id = %s AND author_id = %s AND step IN (%s, 'session')
"""  # noqa: S608 - the name of a table
_DROP_DRAFTS = f"""
    DELETE FROM {StepDraft._meta.db_table} WHERE flow_session_id = %s AND author_id = %s AND step = %s
"""  # noqa: S608 - the name of a table


def session_of(user: Member, pk: int) -> FlowSession:
    """One session of the user's team; raises FlowSession.DoesNotExist."""
    for row in _sessions("s.id = %s", user.team_id, pk):
        return row
    raise FlowSession.DoesNotExist


def locked_sessions(by: User, pk: int) -> list[FlowSession]:
    """The session and the one on which the person's clock runs, locked in id order."""
    return _sessions(_OF_CLOCK, by.team_id, pk, by.pk)


def _sessions(which: str, *parameters: int | None) -> list[FlowSession]:
    return [_with_beside(*row) for row in read(FlowSession, _SESSIONS + which, parameters)]


def _with_beside(row: FlowSession, beside: list[Any]) -> FlowSession:
    left = iter(beside)
    for name, (model, fields) in _BESIDE.items():
        pk, values = getattr(row, f"{name}_id"), [next(left) for _ in fields]
        setattr(row, name, model.from_db(row._state.db, ("id", *fields), (pk, *values)) if pk else None)
    return row


@dataclass(frozen=True)
class Recent:
    """The live records that a session's page shows, in order, and how many there are in all.

    ``records`` are the newest, and of the earlier ones, without their commands, all that the note says outside its
    steps comes from: the first of each version and those that fixed something, and evidence. ``lines`` counts the
    lines that the live records are in the note, ``steps`` those of them that are neither notes nor handoffs.
    """

    records: Sequence[StepRecord]
    lines: int
    steps: int

    @property
    def is_whole(self) -> bool:
        """True when they are all."""
        return self.lines <= NOTE_SHOWN


def recent_of(flow_session: FlowSession) -> Recent:
    rows = list(read(StepRecord, _RECENT, [flow_session.pk]))
    lines, steps = rows[-1][1] if rows else (0, 0)
    return Recent([record for record, _ in rows], lines, steps)


def drafts_of(author: User, session_pk: int, step: str) -> dict[str, str]:
    """What the author typed at the step and in the session's own fields, by field."""
    with connection.cursor() as cursor:
        cursor.execute(_DRAFTS, [session_pk, author.pk, step])
        return dict(cursor.fetchall())


def drop_drafts(author: User, session_pk: int, step: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DROP_DRAFTS, [session_pk, author.pk, step])
