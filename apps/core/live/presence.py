"""Who is where: a page says every 20 seconds that its reader is there, and that counts for 45.

A place is named like a subject ("session:1042"). Whoever calls has checked that the person may be there.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from apps.core.live.channels import team_channel
from apps.core.live.store import publish
from apps.core.models import Member, Presence

COUNTS = timedelta(seconds=45)
EVENT = "presence"


class Person(Member, Protocol):
    @property
    def pk(self) -> int: ...


def arrive(place: str, *, by: Person) -> None:
    """Note that a member of a team is at the place. Its pages and lists are told when somebody comes."""
    now = timezone.now()
    seen = Presence.objects.filter(person=by.pk, place=place)
    if seen.filter(seen_at__gt=now - COUNTS).update(seen_at=now):
        return
    with transaction.atomic():
        fields = {"team_id": by.team_id, "seen_at": now}
        Presence.objects.update_or_create(person_id=by.pk, place=place, defaults=fields)
        _tell(by.team_id, place)


def leave(place: str, *, by: Person) -> None:
    with transaction.atomic():
        if Presence.objects.filter(person=by.pk, place=place).delete()[0]:
            _tell(by.team_id, place)


def people_at(user: Person, places: Collection[str]) -> dict[str, list[Presence]]:
    """Who else of the team is at each of the places, by name; one statement however many they are."""
    since = timezone.now() - COUNTS
    rows = Presence.objects.visible_to(user).filter(place__in=places, seen_at__gt=since).exclude(person=user.pk)
    found: defaultdict[str, list[Presence]] = defaultdict(list)
    for row in rows.select_related("person").order_by("person__name", "pk"):
        found[row.place].append(row)
    return found


def forget_gone() -> int:
    """Let go of those who went without a word, and tell the pages; the number of them. A scheduled job calls it."""
    with transaction.atomic():
        rows = Presence.objects.filter(seen_at__lte=timezone.now() - COUNTS).select_for_update(skip_locked=True)
        gone = list(rows)
        Presence.objects.filter(pk__in=[row.pk for row in gone]).delete()
        for team_id, place in {(row.team_id, row.place) for row in gone}:
            _tell(team_id, place)
    return len(gone)


def _tell(team_id: int | None, place: str) -> None:
    if team_id:
        publish(team_channel(team_id), EVENT, {"id": place})
