"""Reads for the pages of handoffs, and who is told of one."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from apps.core.models import Member
from apps.core.paging import Keyset, Page, moment
from apps.documentation.selectors import facts_of
from apps.escalations.briefing import Briefing, brief
from apps.escalations.hours import is_on_shift
from apps.escalations.models import (
    EscalationSettings,
    HandoffQuerySet,
    HandoffStatus,
    Intent,
    OnCallShift,
    Priority,
    SessionHandoff,
)
from apps.escalations.policies import leads, may_pick_up
from apps.sessions.models import FlowSession, RecordKind, Status, StepOutcome, StepRecord
from apps.sessions.rows import session_of
from apps.sessions.selectors import open_sessions
from apps.teams.hours import due_after
from apps.teams.models import Holiday, Team, User
from apps.teams.selectors import hours_of

PAGE_SIZE = 25
FIXES_SHOWN = 3
IN_CARD = 6
MOST_AT_ONCE = 50
LATELY = timedelta(days=2)
_NO_FIX = (RecordKind.NOTE, RecordKind.END, RecordKind.HANDOFF, RecordKind.QUESTION)
_NO_HELP = (StepOutcome.NOT_FIXED, StepOutcome.SKIPPED, StepOutcome.NOT_APPLICABLE)
_SHOWN_BESIDE = ("flow_session__client", "flow_session__ticket", "created_by", "claimed_by", "target")


def settings_of(team: Team) -> EscalationSettings:
    """The team's settings; unsaved defaults where it has never changed them."""
    return EscalationSettings.objects.filter(team=team).first() or EscalationSettings(team=team)


def due_time(team: Team, priority: str, start: datetime) -> datetime:
    """When somebody must have picked up: after the priority's business minutes, a critical one around the clock."""
    return due_times(team, [priority], start)[priority]


def due_times(team: Team, priorities: Iterable[str], start: datetime) -> dict[str, datetime]:
    """The due time by priority."""
    chosen = settings_of(team)
    hours = hours_of(team, since=start.astimezone(ZoneInfo(team.time_zone)).date())
    return {
        priority: due_after(start, chosen.minutes(priority), hours, around_the_clock=priority == Priority.CRITICAL)
        for priority in priorities
    }


def on_call(team: Team, now: datetime) -> list[User]:
    """Who is on call at the moment, in id order."""
    local = now.astimezone(ZoneInfo(team.time_zone))
    shifts = OnCallShift.objects.filter(team=team, person__is_active=True).select_related("person__team")
    people = {
        shift.person_id: shift.person
        for shift in shifts
        if is_on_shift(shift.weekday, shift.begins, shift.ends, local) and may_pick_up(shift.person)
    }
    return [people[pk] for pk in sorted(people)]


def people_of(team: Team) -> list[User]:
    """Everybody of the team who works on sessions."""
    return [person for person in User.objects.filter(team=team, is_active=True).order_by("pk") if may_pick_up(person)]


def shifts_of(team: Team) -> list[OnCallShift]:
    return list(OnCallShift.objects.filter(team=team).select_related("person"))


def coming_holidays(team: Team) -> list[Holiday]:
    """From yesterday on: by some clock of the team it may still be that day."""
    return list(Holiday.objects.filter(team=team, day__gte=timezone.now().date() - timedelta(days=1)))


def work_to_hand_over(user: User) -> list[FlowSession]:
    """One's own active and paused sessions that are not handed over yet."""
    rows = open_sessions(user).filter(status__in=(Status.ACTIVE, Status.PAUSED))
    parked = SessionHandoff.objects.visible_to(user).open().filter(intent=Intent.PARK)
    return list(rows.exclude(pk__in=parked.values("flow_session"))[:MOST_AT_ONCE])


def sessions_typed_for(user: User, pks: Collection[int]) -> list[FlowSession]:
    """Sessions of the team for which a next step was typed, as they are now."""
    rows = FlowSession.objects.visible_to(user).filter(pk__in=pks).select_related("client", "ticket")
    return list(rows.order_by("pk")[:MOST_AT_ONCE])


def handoffs_for(user: User) -> list[SessionHandoff]:
    """For My work: what one handed over and what waits for one, open or closed within two days."""
    rows = handoffs_beside(SessionHandoff.objects.visible_to(user))
    for_me = Q(target=user)
    if user.is_senior:
        for_me |= Q(target=None) & ~Q(created_by=user) & ~Q(intent=Intent.PARK)
    own = rows.filter(created_by=user).filter(Q(status=HandoffStatus.OPEN) | Q(closed_at__gte=timezone.now() - LATELY))
    return [*rows.open().filter(for_me).order_by("due_at")[:IN_CARD], *own.order_by("-created_at")[:IN_CARD]]


@dataclass(frozen=True)
class Audience:
    """Who is told of a handoff: ``called`` are its target and who is on call, ``others`` hear it in the bell."""

    called: list[User]
    others: list[User]


def colleagues(author: User) -> list[User]:
    """Everybody of the team who could pick up what the author hands over, in id order."""
    people = people_of(author.team) if author.team else []
    return [person for person in people if person.pk != author.pk]


def audience(team: Team, author: User, target: User | None, round_: int, now: datetime) -> Audience:
    """Who is told in a round: at first the target, or else the seniors; later the leads too, then everybody.

    Where a team has no senior, everybody who works on sessions stands in. People who are away are told when nobody
    else is there.
    """
    people = [person for person in people_of(team) if person.pk != author.pk]
    called = {person.pk for person in [*on_call(team, now), *([target] if target else [])]} - {author.pk}
    circle = _circle(people, target, round_)
    here = [person for person in circle if not person.is_away]
    told = here or [person for person in people if not person.is_away] or people
    return Audience(
        [person for person in people if person.pk in called],
        [person for person in told if person.pk not in called],
    )


def _circle(people: list[User], target: User | None, round_: int) -> list[User]:
    seniors = [person for person in people if person.is_senior] or people
    if round_ == 0:
        return [person for person in people if person == target] if target else seniors
    if round_ == 1:
        return [person for person in people if person in seniors or leads(person)]
    return people


def handoffs_beside(rows: HandoffQuerySet) -> HandoffQuerySet:
    """Handoffs with what their row shows of other tables."""
    return rows.select_related(*_SHOWN_BESIDE)


DUE = Keyset("due_at", moment, rising=True)
NEWEST = Keyset("created_at", moment)
_OPEN_COUNT = f"""
    SELECT count(*) FROM {SessionHandoff._meta.db_table} h JOIN {FlowSession._meta.db_table} s ON s.id = flow_session_id
    WHERE h.team_id = %s AND h.status = 'open' AND intent = 'escalate'
        AND s.status IN ('escalated', 'requesting_escalation')
"""  # noqa: S608 - names of tables
VIEWS = {"open": "Open", "asked": "Asked", "parked": "Parked", "picked_up": "Picked up", "mine": "From me"}


def queue(user: User, view: str, cursor: str) -> Page[SessionHandoff]:
    """One page of a view of the queue: what waits by due time, what was picked up by its newest."""
    rows = handoffs_beside(SessionHandoff.objects.visible_to(user))
    if view == "mine":
        return NEWEST.page([rows.filter(created_by=user)], cursor, PAGE_SIZE)
    if view == "picked_up":
        return NEWEST.page([rows.filter(status=HandoffStatus.CLAIMED)], cursor, PAGE_SIZE)
    intent = {"parked": Intent.PARK, "asked": Intent.ASK}.get(view, Intent.ESCALATE)
    return DUE.page([rows.open().filter(intent=intent)], cursor, PAGE_SIZE)


def open_count(user: User) -> int:
    """How many escalated sessions of the team wait for somebody; every page shows it, so it is written by hand."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_COUNT, [user.team_id])
        return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class Waits:
    """Medians of a team's week: from the call to the pick-up, and from there to the first thing that was done."""

    to_pick_up: timedelta | None
    to_first_action: timedelta | None


def median_waits(user: User) -> Waits:
    """Of what the team handed over within a week; None where nothing was."""
    since = timezone.now() - timedelta(days=7)
    rows = SessionHandoff.objects.visible_to(user).filter(created_at__gte=since, claimed_at__isnull=False)
    own = StepRecord.objects.filter(flow_session=OuterRef("flow_session"), actor=OuterRef("claimed_by"))
    acted = own.filter(left_at__gt=OuterRef("claimed_at")).exclude(kind=RecordKind.HANDOFF).order_by("ordinal")
    measured = rows.exclude(intent=Intent.ASK).annotate(acted_at=Subquery(acted.values("left_at")[:1]))
    times = list(measured.values_list("created_at", "claimed_at", "acted_at"))
    return Waits(
        _median([claimed - created for created, claimed, _ in times if claimed]),
        _median([acted - claimed for _, claimed, acted in times if acted and claimed]),
    )


def _median(waits: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(wait.total_seconds() for wait in waits)) if waits else None


def overdue(user: User) -> list[SessionHandoff]:
    """What leads must know of: handoffs past their time, read from the due times and so true without the worker."""
    if not leads(user):
        return []
    rows = SessionHandoff.objects.visible_to(user).open().exclude(intent=Intent.ASK)
    return list(handoffs_beside(rows.filter(due_at__lt=timezone.now())).order_by("due_at", "id")[:PAGE_SIZE])


def handoff_of(user: User, session_pk: int) -> SessionHandoff:
    """The session's newest handoff (questions apart); raises SessionHandoff.DoesNotExist."""
    rows = SessionHandoff.objects.visible_to(user).filter(flow_session_id=session_pk).exclude(intent=Intent.ASK)
    return handoff_whole(user, rows)


def handoff_whole(user: Member, rows: HandoffQuerySet) -> SessionHandoff:
    """The newest of the rows, with all that its own page shows; raises SessionHandoff.DoesNotExist.

    Its session is read by itself: PostgreSQL takes ten times longer to plan a join of all these than to run it.
    """
    handoff = rows.select_related("created_by", "claimed_by", "target").latest("pk")
    handoff.flow_session = session_of(user, handoff.flow_session_id)
    return handoff


def fresh_answer(user: User, flow_session: FlowSession) -> SessionHandoff | None:
    """The answer to the person's own question that came in since the present step was entered, or nothing."""
    rows = SessionHandoff.objects.visible_to(user).filter(flow_session=flow_session.pk, created_by=user)
    rows = rows.filter(status=HandoffStatus.ANSWERED, closed_at__gte=flow_session.step_entered_at or timezone.now())
    return rows.select_related("claimed_by").order_by("-pk").first()


def has_handoffs(session_pk: int) -> bool:
    """Most sessions have none, which is found out cheaply."""
    return SessionHandoff.objects.filter(flow_session_id=session_pk).exists()


def newest_handoff(user: User, session_pk: int) -> SessionHandoff | None:
    """The session's newest handoff, questions apart."""
    try:
        return handoff_of(user, session_pk)
    except SessionHandoff.DoesNotExist:
        return None


def was_handed_over(user: User, session_pk: int, intent: str, notes: str) -> bool:
    """Whether the user has just handed the session over with these words: a second click on the same form."""
    rows = SessionHandoff.objects.visible_to(user).open().filter(created_by=user, intent=intent)
    return rows.filter(flow_session=session_pk, notes=notes.strip()).exists()


def likely_fixes(flow_session: FlowSession) -> list[str]:
    """Steps that may have fixed it, the newest first: those said to have helped before the others."""
    rows = flow_session.records.filter(superseded_at=None).exclude(kind__in=_NO_FIX).exclude(outcome__in=_NO_HELP)
    records = sorted(rows, key=lambda record: (record.outcome == StepOutcome.FIXED, record.ordinal), reverse=True)
    return list(dict.fromkeys(record.asked[:200] for record in records if record.asked))[:FIXES_SHOWN]


def briefing_of(handoff: SessionHandoff) -> Briefing:
    return briefing_of_session(handoff.flow_session, question=handoff.notes)


def briefing_of_session(flow_session: FlowSession, question: str = "") -> Briefing:
    """The briefing as it would read now."""
    facts, known = facts_of(flow_session)
    return brief(facts, known, question)


@dataclass(frozen=True)
class Reach:
    """Whom an escalation to any senior would reach now."""

    here: list[User]
    away: list[User]
    on_call: list[User]
    phone: str

    @property
    def size(self) -> int:
        return len(self.here) + len(self.away)


def reach_of(author: User, now: datetime) -> Reach:
    """Said before the click: a call that reaches nobody is no help."""
    if author.team is None:
        return Reach([], [], [], "")
    people = colleagues(author)
    seniors = [person for person in people if person.is_senior] or people
    return Reach(
        [person for person in seniors if not person.is_away],
        [person for person in seniors if person.is_away],
        [person for person in on_call(author.team, now) if person.pk != author.pk],
        settings_of(author.team).on_call_phone,
    )
