"""Pausing, the clock, and how a session ends."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.core.outbox import emit
from apps.flows.graph import Resolution
from apps.flows.services import count_end
from apps.flows.variables import fill
from apps.sessions import engine
from apps.sessions.engine import Refused, WrongValue
from apps.sessions.graphs import GRAPHS
from apps.sessions.models import FlowSession, Outcome, PauseReason, RecordKind, Status, StepDraft
from apps.sessions.services.change import MOVED, Change, change, tell
from apps.sessions.services.drafts import ENDING, keep_drafts
from apps.teams.models import User

GOOD = (Outcome.RESOLVED, Outcome.WORKAROUND)
LONGEST_PAUSE = timedelta(days=366)
SNOOZE = timedelta(hours=1)


def pause_session(pk: int, *, by: User, reason: str, wake_at: datetime | None) -> FlowSession:
    """Set the session aside, with the reason and the time at which it comes back to My work."""
    if reason not in PauseReason.values:
        raise WrongValue("Choose what the session waits for.", "reason")
    with change(pk, by=by) as pausing:
        if wake_at and not pausing.now < wake_at <= pausing.now + LONGEST_PAUSE:
            raise WrongValue("Choose a time in the future, within a year.", "wake_at")
        flow_session = pausing.flow_session
        flow_session.status, flow_session.clock_at = Status.PAUSED, None
        flow_session.pause_reason, flow_session.wake_at = reason, wake_at
    return flow_session


def resume_session(pk: int, *, by: User) -> FlowSession:
    """Go on with a paused session; its step begins anew, so that the pause counts nowhere."""
    with change(pk, by=by, states=(Status.PAUSED,)) as resuming:
        flow_session = resuming.flow_session
        flow_session.status, flow_session.clock_at = Status.ACTIVE, resuming.now
        flow_session.step_entered_at = resuming.now
        flow_session.pause_reason, flow_session.wake_at = "", None
        _emit("session.resumed", resuming)
    return flow_session


def snooze_session(pk: int, *, by: User) -> FlowSession:
    """Let a paused session come back an hour from now."""
    with change(pk, by=by, states=(Status.PAUSED,), moves=False) as snoozing:
        snoozing.flow_session.wake_at = snoozing.now + SNOOZE
    return snoozing.flow_session


def open_clock(pk: int, *, by: User) -> FlowSession:
    """Let the person's clock run on this session; it stops on any other."""
    with change(pk, by=by, moves=False) as opening:
        return opening.flow_session


def settle_away(pk: int, *, by: User, minutes: int) -> FlowSession:
    """Decide how much of the time in question was work: all, part or none of it."""
    with change(pk, by=by, moves=False) as settling:
        flow_session = settling.flow_session
        counted = min(max(minutes, 0) * 60, flow_session.away_seconds)
        flow_session.active_seconds += counted
        flow_session.step_seconds += counted
        flow_session.away_seconds = 0
    return flow_session


def resolve_session(
    pk: int, *, by: User, revision: int, outcome: str, closing_note: str = "", next_steps: str = ""
) -> FlowSession:
    """End the session with an outcome; at a resolution of the flow its texts go on record."""
    if outcome not in (*GOOD, Outcome.UNRESOLVED):
        raise Refused("Choose how it ended.")
    with change(pk, by=by, revision=revision) as ending:
        flow_session = ending.flow_session
        flow_session.closing_note, flow_session.next_steps = ending.clean(closing_note), ending.clean(next_steps)
        flow_session.outcome = outcome
        keep_drafts(ending, but=ENDING)
        ending.record(kind=RecordKind.END, answered=Outcome(outcome).label, **_resolution(ending, outcome))
        _end(ending, Status.RESOLVED)
        if flow_session.flow_id:
            count_end(flow_session.flow_id, resolved=outcome in GOOD, at=ending.now)
    return flow_session


def add_to_closing_note(pk: int, *, by: User, text: str) -> FlowSession:
    """Join what another window typed to the closing note of an ended session; what stands there stays once."""
    with change(pk, by=by, states=FlowSession.ENDED, moves=False) as adding:
        flow_session, added = adding.flow_session, adding.clean(text)
        if added not in flow_session.closing_note:
            flow_session.closing_note = f"{flow_session.closing_note}\n{added}".strip()
            tell(flow_session, MOVED)
    return flow_session


def not_on_record(flow_session: FlowSession, *, by: User, texts: Iterable[str]) -> list[str]:
    """Those of the typed texts that neither the end of the session nor any of its steps holds, each once."""
    known = {"", flow_session.closing_note, flow_session.next_steps}
    for record in flow_session.records.all():
        outputs = [command["output"] for command in record.commands]
        known |= {record.asked, record.answered, record.note, record.reason, *outputs}
    clean = Change(flow_session, by, timezone.now()).clean
    return list(dict.fromkeys(text for text in map(clean, texts) if text not in known))


def abandon_session(pk: int, *, by: User, reason: str) -> FlowSession:
    """Stop for good without an outcome; what was done stays on record."""
    states = (Status.PREPARED, Status.ACTIVE, Status.PAUSED)
    with change(pk, by=by, states=states) as ending:
        keep_drafts(ending)
        ending.record(kind=RecordKind.END, answered="Abandoned", reason=ending.clean(reason)[:200])
        _end(ending, Status.ABANDONED)
    return ending.flow_session


def _end(ending: Change, status: Status) -> None:
    flow_session = ending.flow_session
    flow_session.status, flow_session.clock_at, flow_session.ended_at = status, None, ending.now
    flow_session.pause_reason, flow_session.wake_at = "", None
    StepDraft.objects.filter(flow_session=flow_session).delete()
    _emit("session.ended", ending)


def _emit(topic: str, changing: Change) -> None:
    flow_session = changing.flow_session
    emit(
        topic,
        flow_session.subject,
        team=flow_session.team,
        event=f"{flow_session.subject}:{flow_session.revision}",
        payload={"session": flow_session.pk},
        by=changing.by,
    )


def _resolution(ending: Change, outcome: str) -> dict[str, Any]:
    """What the flow says of a good end; nothing where the engineer says that it was none."""
    node = engine.node_at(ending.place, GRAPHS)
    if not isinstance(node, Resolution) or outcome not in GOOD:
        return {}
    values = ending.flow_session.variables
    texts = {"asked": node.title, "statement": node.summary, "note": node.cause}
    said = {name: ending.clean(fill(text, values)) for name, text in texts.items()}
    return said | {"version_id": ending.place[-1].version, "node_id": node.id}
