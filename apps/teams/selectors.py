"""What other apps ask of a team."""

from datetime import date
from zoneinfo import ZoneInfo

from apps.teams.hours import BusinessHours
from apps.teams.models import Holiday, Team, WorkingWeek


def week_of(team: Team) -> WorkingWeek:
    """When the team works; unsaved defaults where it has never said so."""
    return WorkingWeek.objects.filter(team=team).first() or WorkingWeek(team=team)


def hours_of(team: Team, since: date) -> BusinessHours:
    """The team's business hours, with its holidays from a day on."""
    week = week_of(team)
    return BusinessHours(
        opens=week.opens,
        closes=week.closes,
        weekdays=frozenset(week.weekdays),
        zone=ZoneInfo(team.time_zone),
        holidays=frozenset(Holiday.objects.filter(team=team, day__gte=since).values_list("day", flat=True)),
    )
