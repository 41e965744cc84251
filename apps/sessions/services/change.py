"""The one way to change a session: locked, checked, its clock brought up to now, its revision counted up."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from apps.core.live import publish, team_channel
from apps.core.statements import insert, update
from apps.notifications.services import withdraw
from apps.sessions.clock import gap_between
from apps.sessions.engine import Place, Refused, place_data, place_from
from apps.sessions.models import FlowSession, Status, StepRecord
from apps.sessions.notices import WOKE
from apps.sessions.rows import locked_sessions
from apps.sessions.services import secrets
from apps.teams.models import User

MOVED = "session-moved"  # a step, a note
LISTED = "session-listed"  # lists show it otherwise: begun, paused, ended, in other hands
CLOCK = ["active_seconds", "away_seconds", "step_seconds", "clock_at"]


class Stale(Refused):
    """The session moved on since the form was made. Nothing was written."""


@dataclass
class Change:
    """A session being changed inside its transaction."""

    flow_session: FlowSession
    by: User
    now: datetime

    @property
    def place(self) -> Place:
        return place_from(self.flow_session.place)

    def move(self, place: Place) -> None:
        self.flow_session.place = place_data(place)

    def mask(self, text: str) -> str:
        """Text as it may be stored: without NUL and with the session's secrets masked."""
        return secrets.mask(self.flow_session, text.replace("\x00", ""))

    def clean(self, text: str) -> str:
        return self.mask(text).strip()

    def record(self, **fields: Any) -> StepRecord:
        """Append a step record that took the time since the last one."""
        flow_session = self.flow_session
        flow_session.last_ordinal += 1
        entered_at = min(flow_session.step_entered_at or self.now, self.now)
        times = {"entered_at": entered_at, "left_at": self.now, "active_seconds": flow_session.step_seconds}
        of_session = {"team_id": flow_session.team_id, "flow_session": flow_session, "actor": self.by}
        record = insert(StepRecord(ordinal=flow_session.last_ordinal, **{**of_session, **times, **fields}))
        flow_session.step_entered_at, flow_session.step_seconds = self.now, 0
        return record

    def record_aside(self, **fields: Any) -> StepRecord:
        """Append a record that takes none of the time of the step at hand."""
        flow_session = self.flow_session
        step = flow_session.step_entered_at, flow_session.step_seconds
        record = self.record(**{"entered_at": self.now, "active_seconds": 0, **fields})
        flow_session.step_entered_at, flow_session.step_seconds = step
        return record


@contextmanager
def change(
    pk: int,
    *,
    by: User,
    revision: int | None = None,
    states: Collection[str] = (Status.ACTIVE,),
    moves: bool = True,
    anyone: bool = False,
) -> Iterator[Change]:
    """Lock a session of the owner and save what the block changes, in one transaction.

    ``moves=False`` leaves the revision as it is, for changes that make no open form stale; ``anyone=True`` lets a
    teammate change it, which leaves its owner's clock alone.
    Raises FlowSession.DoesNotExist for another team's, Refused for another owner's, Stale when it moved on.
    """
    with transaction.atomic():
        flow_session, others = _locked(pk, by)
        if not anyone:
            _check_owner(flow_session, by)
        _check(flow_session, revision, states)
        shown, listed = flow_session.shows, _listed(flow_session)
        now = timezone.now()
        if flow_session.owner_id == by.pk:
            tick(flow_session, now)
        yield Change(flow_session, by, now)
        if flow_session.clock_at and flow_session.owner_id == by.pk:
            stop_clocks(others, now)
        flow_session.revision += moves
        _save(flow_session)
        if flow_session.shows != shown:
            tell(flow_session, MOVED if _listed(flow_session) == listed else LISTED)


def tell(flow_session: FlowSession, event: str) -> None:
    """Let the team's open pages know when it commits."""
    publish(team_channel(flow_session.team_id), event, {"id": flow_session.pk, "shows": flow_session.shows})


def _listed(flow_session: FlowSession) -> tuple[str, int]:
    return flow_session.status, flow_session.owner_id


def _save(flow_session: FlowSession) -> None:
    """The notice that it is back holds until it is resumed, put off or ended."""
    goes_on = flow_session.woken_at is not None and not flow_session.has_woken
    if goes_on:
        flow_session.woken_at = None
    update(flow_session)
    if goes_on:
        withdraw(WOKE, team=flow_session.team, subject=flow_session.subject)


def lock_person(by: User) -> None:
    """Taken before any other lock: what two windows of a person do with one clock happens one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT FROM {User._meta.db_table} WHERE id = %s FOR NO KEY UPDATE", [by.pk])


def locked_rows(pk: int, by: User) -> list[FlowSession]:
    """The session and the one on which the person's clock runs, locked in id order."""
    lock_person(by)
    return locked_sessions(by, pk)


def _locked(pk: int, by: User) -> tuple[FlowSession, list[FlowSession]]:
    """The session, and the others on which the person's clock runs."""
    rows = {row.pk: row for row in locked_rows(pk, by)}
    flow_session = rows.pop(pk, None)
    if flow_session is None:
        raise FlowSession.DoesNotExist
    return flow_session, list(rows.values())


def _check_owner(flow_session: FlowSession, by: User) -> None:
    if flow_session.owner_id != by.pk:
        raise Refused(f"{flow_session.owner.name} works on this session. You can read along and add notes.")


def _check(flow_session: FlowSession, revision: int | None, states: Collection[str]) -> None:
    if flow_session.status not in states:
        raise Stale(f"This session is {flow_session.get_status_display().lower()} now. Nothing was changed.")
    if revision is not None and revision != flow_session.revision:
        raise Stale("This session has moved on in another window. Here is where it stands; what you typed is kept.")


def tick(flow_session: FlowSession, now: datetime) -> None:
    """Bring the clock up to now; it runs on while the session is active."""
    gap = gap_between(flow_session.clock_at, now)
    flow_session.active_seconds += gap.active
    flow_session.step_seconds += gap.active
    flow_session.away_seconds += gap.away
    flow_session.clock_at = now if flow_session.status == Status.ACTIVE else None


def stop_clocks(flow_sessions: Iterable[FlowSession], now: datetime) -> None:
    """Stop the clock on sessions that are left for another one."""
    for flow_session in flow_sessions:
        tick(flow_session, now)
        flow_session.clock_at = None
        flow_session.save(update_fields=CLOCK)
