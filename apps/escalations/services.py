"""The one way in which a session changes hands, whatever address it came in by."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from apps.core.outbox import emit
from apps.escalations import notices
from apps.escalations.calls import show, tell
from apps.escalations.models import HandoffStatus, Intent, Priority, Reason, SessionHandoff, Way
from apps.escalations.policies import leads, may_claim, may_pick_up
from apps.escalations.selectors import due_time
from apps.notifications.kinds import NoticeKind
from apps.notifications.services import notify, withdraw
from apps.sessions.engine import Refused
from apps.sessions.models import FlowSession, RecordKind, Status
from apps.sessions.services.change import Change, change, locked_rows, tick
from apps.sessions.services.drafts import keep_drafts
from apps.sessions.services.secrets import mask
from apps.teams.models import User

WAITING = (Status.ESCALATED, Status.REQUESTING_ESCALATION, Status.PAUSED)
HELD = (*WAITING, Status.ACTIVE)
LONGEST_FIX = 200


class AlreadyClaimed(Refused):
    """Somebody else was first. ``handoff`` tells who and when. Nothing was changed."""

    def __init__(self, handoff: SessionHandoff) -> None:
        self.handoff = handoff
        super().__init__(f"{_first(handoff)} You can read along and add notes.")


def _first(handoff: SessionHandoff) -> str:
    if handoff.claimed_by is None or handoff.claimed_at is None or handoff.status == HandoffStatus.TAKEN_BACK:
        return f"{handoff.created_by.name}, who handed it over, was first and goes on with it."
    who = f"{handoff.claimed_by.name} was first, at {timezone.localtime(handoff.claimed_at):%H:%M},"
    if handoff.intent == Intent.ASK:
        return f"{who} and has answered it."
    if handoff.status == HandoffStatus.RETURNED:
        return f"{who} and has returned it to {handoff.created_by.name}."
    return f"{who} and works on it now."


@dataclass(frozen=True)
class Call:
    """What the person who asks for help fills in."""

    target: User | None = None
    reason: str = Reason.STUCK
    priority: str = Priority.NORMAL
    notes: str = ""


class HandoffManager:
    """Everything one person does with handoffs. Each method is one transaction."""

    def __init__(self, by: User) -> None:
        self.by = by

    def create_handoff(self, session_pk: int, *, intent: str, call: Call) -> SessionHandoff:
        """Give the session to others (escalate), or leave it for later or another shift (park).

        Raises FlowSession.DoesNotExist, Refused for somebody else's session, one that is not being worked on, or a
        target who cannot take it; then nothing is written.
        """
        if intent not in (Intent.ESCALATE, Intent.PARK):
            raise Refused("Choose whether to escalate or to park.")
        self._check_target(call.target)
        return self._give(session_pk, intent, call, (Status.ACTIVE, Status.PAUSED))

    def adopt(self, session_pk: int) -> SessionHandoff:
        """Hand over a session that was imported while it asked for help, as if its owner escalated it now."""
        return self._give(session_pk, Intent.ESCALATE, Call(), (Status.REQUESTING_ESCALATION,))

    def _give(self, session_pk: int, intent: str, call: Call, states: Collection[str]) -> SessionHandoff:
        with change(session_pk, by=self.by, states=states) as giving:
            if intent == Intent.PARK and SessionHandoff.objects.open().filter(flow_session=session_pk, intent=intent):
                raise Refused("It is parked already, so nothing was written. Go on with it first to park it anew.")
            self._close_parked(session_pk)
            flow_session = giving.flow_session
            flow_session.status = Status.ESCALATED if intent == Intent.ESCALATE else Status.PAUSED
            flow_session.clock_at, flow_session.pause_reason, flow_session.wake_at = None, "", None
            keep_drafts(giving)
            handoff = self._write(giving, intent, call)
            tell(handoff, giving.now)
            show(handoff)
            payload = {"session": session_pk, "record": handoff.from_ordinal}
            emit("session.handed_over", handoff.subject, team=handoff.team, payload=payload, by=self.by)
        return handoff

    def ask(self, session_pk: int, *, call: Call) -> SessionHandoff:
        """Ask a senior without handing over; the author stays the owner and works on."""
        self._check_target(call.target)
        if not call.notes.strip():
            raise Refused("Write down what you want to know.")
        with change(session_pk, by=self.by, states=(Status.ACTIVE, Status.PAUSED), moves=False) as asking:
            handoff = self._write(asking, Intent.ASK, call)
            tell(handoff, asking.now)
            show(handoff)
        return handoff

    def answer(self, pk: int, *, text: str) -> SessionHandoff:
        """Answer a question; the answer becomes a step of the session. The same answer again is fine."""
        with transaction.atomic():
            handoff = self._locked(pk)
            if self._said_before(handoff, HandoffStatus.ANSWERED, text):
                return handoff
            if handoff.intent != Intent.ASK or handoff.status != HandoffStatus.OPEN:
                raise AlreadyClaimed(handoff)
            self._check_may_claim(handoff)
            if not text.strip():
                raise Refused("The answer is empty. Write something first.")
            states = (*FlowSession.OPEN, *WAITING)
            with change(handoff.flow_session_id, by=self.by, states=states, moves=False, anyone=True) as answering:
                handoff.answer = answering.clean(text)
                answering.record_aside(
                    kind=RecordKind.HANDOFF, asked=f"Question: {handoff.notes}", answered=handoff.answer
                )
                handoff.claimed_by, handoff.claimed_at = self.by, answering.now
            self.close(handoff, HandoffStatus.ANSWERED)
            self.tell_author(notices.RETURNED, handoff, f"{self.by.name} answered your question", handoff.answer)
        return handoff

    def claim_handoff(self, pk: int, *, way: str = Way.CONTINUE) -> SessionHandoff:
        """Pick the session up. The first one wins; for the same person again nothing changes.

        Raises SessionHandoff.DoesNotExist, AlreadyClaimed, Refused for its author and for who may not.
        """
        with transaction.atomic():
            handoff = self._locked(pk)
            if handoff.claimed_by_id == self.by.pk and handoff.status == HandoffStatus.CLAIMED:
                return handoff
            if handoff.intent == Intent.ASK or not _waits(handoff):
                raise AlreadyClaimed(handoff)
            self._check_may_claim(handoff)
            with change(handoff.flow_session_id, by=self.by, states=WAITING, anyone=True) as claiming:
                _take(claiming, self.by)
                if way == Way.OWN:
                    claiming.move(())
                claiming.record_aside(kind=RecordKind.HANDOFF, asked="Picked up", answered=Way(way).label)
                handoff.claimed_by, handoff.claimed_at, handoff.way = self.by, claiming.now, way
            self.close(handoff, HandoffStatus.CLAIMED)
            self.tell_author(notices.TAKEN, handoff, f"{self.by.name} picked up what you handed over")
        return handoff

    def take_back(self, pk: int) -> SessionHandoff:
        """The author goes on after all, while nobody has picked it up; once more is fine."""
        with transaction.atomic():
            handoff = self._locked(pk)
            if handoff.created_by_id == self.by.pk and handoff.status == HandoffStatus.TAKEN_BACK:
                return handoff
            if handoff.status != HandoffStatus.OPEN:
                raise AlreadyClaimed(handoff)
            if handoff.intent != Intent.ASK:
                with change(handoff.flow_session_id, by=self.by, states=WAITING) as taking:
                    _take(taking, self.by)
                    taking.record_aside(kind=RecordKind.HANDOFF, asked="Taken back")
            elif handoff.created_by_id != self.by.pk:
                raise Refused("Only who asked can take the question back.")
            self.close(handoff, HandoffStatus.TAKEN_BACK)
        return handoff

    def return_handoff(self, pk: int, *, advice: str) -> SessionHandoff:
        """Give the session back to its author, with advice that becomes a step of it. The same again is fine."""
        if not advice.strip():
            raise Refused("Write down what to do next.")
        with transaction.atomic():
            handoff = self._locked(pk)
            author = handoff.created_by
            if self._said_before(handoff, HandoffStatus.RETURNED, advice):
                return handoff
            if handoff.status != HandoffStatus.CLAIMED or handoff.claimed_by_id != self.by.pk:
                raise Refused("Only who picked it up can return it.")
            if not may_pick_up(author) or author.team_id != handoff.team_id:
                raise Refused(f"{author.name} does not work on sessions any more. Hand it over to somebody else.")
            with change(handoff.flow_session_id, by=self.by, states=(Status.ACTIVE, Status.PAUSED)) as returning:
                handoff.answer = returning.clean(advice)
                keep_drafts(returning)
                returning.record(kind=RecordKind.HANDOFF, asked="Returned with advice", note=handoff.answer)
                flow_session = returning.flow_session
                flow_session.owner, flow_session.status, flow_session.clock_at = author, Status.ACTIVE, None
                flow_session.pause_reason, flow_session.wake_at = "", None
            self.close(handoff, HandoffStatus.RETURNED)
            self.tell_author(notices.RETURNED, handoff, f"{self.by.name} returned it with advice", handoff.answer)
        return handoff

    def record_fix(self, pk: int, *, fix: str) -> SessionHandoff:
        """Say what fixed a session that had been handed over, and tell who handed it over."""
        with transaction.atomic():
            handoff = self._locked(pk)
            flow_session = handoff.flow_session
            if flow_session.status != Status.RESOLVED or flow_session.owner_id != self.by.pk:
                raise Refused("Only who resolved the session can say what fixed it.")
            if not fix.strip():
                raise Refused("Choose a step, or say in a line what fixed it.")
            handoff.fixed_by = Change(flow_session, self.by, timezone.now()).clean(fix)[:LONGEST_FIX]
            handoff.save(update_fields=["fixed_by"])
            self.tell_author(notices.FINISHED, handoff, f"{self.by.name} says what fixed it", handoff.fixed_by)
        return handoff

    def reassign(self, session_pk: int, *, target: User) -> FlowSession:
        """Give anybody's session to a person, oneself included: for leads and dispatchers.

        What waited for somebody goes on; a pause with a reason stays. Raises FlowSession.DoesNotExist, Refused.
        """
        if not leads(self.by):
            raise Refused("Only administrators and dispatchers of the team assign sessions.")
        self._check_works_here(target)
        with change(session_pk, by=self.by, states=HELD, anyone=True) as giving:
            flow_session, before = giving.flow_session, giving.flow_session.owner_id
            if before == target.pk:
                raise Refused(f"{target.name} has it already. Nothing was changed.")
            tick(flow_session, giving.now)
            keep_drafts(giving)
            giving.record(kind=RecordKind.HANDOFF, asked="Assigned", answered=f"To {target.name}")
            _take(giving, target)
            passed = _given(session_pk, HandoffStatus.OPEN, HandoffStatus.CLAIMED)
            for handoff in passed:
                self._pass_on(handoff, target)
            self._tell_of(flow_session, {before, target.pk, *(handoff.created_by_id for handoff in passed)})
        return flow_session

    def _check_target(self, target: User | None) -> None:
        if target is None:
            return
        if target.pk == self.by.pk:
            raise Refused("You cannot hand a session over to yourself.")
        self._check_works_here(target)

    def _check_works_here(self, target: User) -> None:
        if target.team_id != self.by.team_id or not may_pick_up(target):
            raise Refused("That person does not work on sessions in your team. Choose somebody else.")

    def _check_may_claim(self, handoff: SessionHandoff) -> None:
        if handoff.created_by_id == self.by.pk:
            raise Refused("You handed this over yourself. Take it back instead.")
        if not may_claim(self.by, handoff):
            raise Refused("You cannot work on sessions. Ask your team's administrator.")

    def _locked(self, pk: int) -> SessionHandoff:
        """The handoff, locked behind its session; sessions are always locked first."""
        rows = SessionHandoff.objects.visible_to(self.by)
        locked_rows(rows.values_list("flow_session_id", flat=True).get(pk=pk), self.by)
        rows = rows.select_related("flow_session", "created_by__team", "claimed_by", "team")
        return rows.select_for_update(of=("self",), no_key=True).get(pk=pk)

    def _said_before(self, handoff: SessionHandoff, status: str, text: str) -> bool:
        """True for a second click on the same form."""
        is_mine = handoff.status == status and handoff.claimed_by_id == self.by.pk
        return is_mine and handoff.answer == Change(handoff.flow_session, self.by, timezone.now()).clean(text)

    def _close_parked(self, session_pk: int) -> None:
        """What was parked and is now escalated, or parked anew after its author went on, has one open handoff."""
        for handoff in _given(session_pk, HandoffStatus.OPEN):
            self.close(handoff, HandoffStatus.TAKEN_BACK)

    def _write(self, giving: Change, intent: str, call: Call) -> SessionHandoff:
        flow_session, notes = giving.flow_session, giving.clean(call.notes)
        whom = call.target.name if call.target else "any senior"
        record = giving.record(
            kind=RecordKind.HANDOFF, asked=Intent(intent).label, answered=f"To {whom}", note=notes,
            reason=Reason(call.reason).label,
        )  # fmt: skip
        return SessionHandoff.objects.create(
            team=flow_session.team,
            flow_session=flow_session,
            intent=intent,
            priority=call.priority,
            reason=call.reason,
            notes=notes,
            target=call.target,
            created_by=self.by,
            created_at=giving.now,
            from_ordinal=record.ordinal,
            due_at=due_time(flow_session.team, call.priority, giving.now),
        )

    def close(self, handoff: SessionHandoff, status: str) -> None:
        """Nobody else is called any more: what was not sent yet is taken back in the same transaction."""
        handoff.status, handoff.closed_at = status, timezone.now()
        handoff.save()
        withdraw(*notices.CALLS, team=handoff.team, subject=handoff.subject)
        show(handoff)

    def _pass_on(self, handoff: SessionHandoff, target: User) -> None:
        """What is given to its author is over; else it is as if the person had picked it up."""
        if handoff.created_by_id == target.pk:
            return self.close(handoff, HandoffStatus.TAKEN_BACK)
        handoff.claimed_by, handoff.claimed_at = target, handoff.claimed_at or timezone.now()
        handoff.way = handoff.way or Way.CONTINUE
        return self.close(handoff, HandoffStatus.CLAIMED)

    def _tell_of(self, flow_session: FlowSession, people: Collection[int]) -> None:
        notify(
            notices.ASSIGNED, team=flow_session.team, recipients=User.objects.filter(pk__in=people), by=self.by,
            subject=flow_session.subject, title=f"{self.by.name} gave a session to {flow_session.owner.name}",
            body=mask(flow_session, flow_session.title), url=flow_session.get_absolute_url(),
        )  # fmt: skip

    def tell_author(self, kind: NoticeKind, handoff: SessionHandoff, title: str, body: str = "") -> None:
        flow_session = handoff.flow_session
        notify(
            kind, team=handoff.team, recipients=[handoff.created_by], subject=handoff.subject,
            title=mask(flow_session, title), body=mask(flow_session, f"{flow_session.title}. {body}".strip()),
            url=flow_session.get_absolute_url(), by=self.by,
        )  # fmt: skip


def _given(session_pk: int, *status: str) -> list[SessionHandoff]:
    """The session's handoffs to others in such a status, locked behind the session."""
    rows = SessionHandoff.objects.filter(flow_session_id=session_pk, status__in=status).exclude(intent=Intent.ASK)
    rows = rows.select_related("team", "created_by").order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True))


def _take(taking: Change, owner: User) -> None:
    """Make the session the owner's: it goes on, on their clock when they do it themselves. A pause of its own stays."""
    flow_session = taking.flow_session
    flow_session.owner = owner
    flow_session.step_entered_at, flow_session.step_seconds = taking.now, 0
    if not flow_session.pause_reason:
        flow_session.status, flow_session.wake_at = Status.ACTIVE, None
        flow_session.clock_at = taking.now if owner.pk == taking.by.pk else None


def _waits(handoff: SessionHandoff) -> bool:
    """Whether it still waits: its author may have gone on, which the worker closes it for a little later."""
    return SessionHandoff.objects.open().filter(pk=handoff.pk).exists()
