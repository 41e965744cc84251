"""Reads for the pages of handoffs, and who is told of one."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from apps.core.paging import Keyset, Page, moment
from apps.documentation.selectors import facts_of
from apps.escalations.briefing import Briefing, brief
from apps.escalations.hours import BusinessHours, due_after, is_on_shift
from apps.escalations.models import (
    EscalationSettings,
    HandoffQuerySet,
    HandoffStatus,
    Holiday,
    Intent,
    OnCallShift,
    Priority,
    SessionHandoff,
)
from apps.escalations.policies import leads, may_pick_up
from apps.teams.models import Team, User

PAGE_SIZE = 25
SHOWN_BESIDE = ("flow_session__client", "flow_session__ticket", "created_by", "claimed_by", "target")


def settings_of(team: Team) -> EscalationSettings:
    """The team's settings; unsaved defaults where it has never changed them."""
    return EscalationSettings.objects.filter(team=team).first() or EscalationSettings(team=team)


def due_time(team: Team, priority: str, start: datetime) -> datetime:
    """When somebody must have picked up: after the priority's business minutes, a critical one around the clock."""
    chosen = settings_of(team)
    hours = BusinessHours(
        opens=chosen.opens,
        closes=chosen.closes,
        weekdays=frozenset(chosen.weekdays),
        zone=ZoneInfo(team.time_zone),
        holidays=frozenset(Holiday.objects.filter(team=team, day__gte=start.date()).values_list("day", flat=True)),
    )
    return due_after(start, chosen.minutes(priority), hours, around_the_clock=priority == Priority.CRITICAL)


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


@dataclass(frozen=True)
class Audience:
    """Who is told of a handoff: ``called`` are its target and who is on call, ``others`` hear it in the bell."""

    called: list[User]
    others: list[User]

    @property
    def is_empty(self) -> bool:
        return not self.called and not self.others


def colleagues(author: User) -> list[User]:
    """Everybody of the team who could pick up what the author hands over, in id order."""
    rows = User.objects.visible_to(author).filter(is_active=True).exclude(pk=author.pk).order_by("pk")
    return [person for person in rows if may_pick_up(person)]


def audience(team: Team, author: User, target: User | None, round_: int, now: datetime) -> Audience:
    """Who is told in a round: at first the target, or else the seniors; later the leads too, then everybody.

    Where a team has no senior, everybody who works on sessions stands in. People who are away are told when nobody
    else is there.
    """
    people = colleagues(author)
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
        return [target] if target else seniors
    if round_ == 1:
        return [person for person in people if person in seniors or leads(person)]
    return people


def handoffs_beside(rows: HandoffQuerySet) -> HandoffQuerySet:
    """Handoffs with what their row shows of other tables."""
    return rows.select_related("flow_session__flow", *SHOWN_BESIDE)


DUE = Keyset("due_at", moment, rising=True)
NEWEST = Keyset("created_at", moment)
VIEWS = ("open", "mine", "picked_up", "parked", "asked")


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
    """How many escalated sessions of the team wait for somebody."""
    return SessionHandoff.objects.visible_to(user).open().filter(intent=Intent.ESCALATE).count()


def overdue(user: User) -> list[SessionHandoff]:
    """What leads must know of: handoffs past their time, read from the due times and so true without the worker."""
    if not leads(user):
        return []
    rows = SessionHandoff.objects.visible_to(user).open().exclude(intent=Intent.ASK)
    return list(handoffs_beside(rows.filter(due_at__lt=timezone.now())).order_by("due_at", "id")[:PAGE_SIZE])


def handoff_of(user: User, session_pk: int) -> SessionHandoff:
    """The session's newest handoff (questions apart); raises SessionHandoff.DoesNotExist."""
    rows = SessionHandoff.objects.visible_to(user).filter(flow_session_id=session_pk).exclude(intent=Intent.ASK)
    return handoffs_beside(rows).select_related("flow_session__owner", "flow_session__version").latest("pk")


def briefing_of(handoff: SessionHandoff) -> Briefing:
    facts, records = facts_of(handoff.flow_session)
    return brief(facts, records, handoff.notes)
