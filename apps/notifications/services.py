"""Telling people and taking it back, which belong into the transaction of what happened; and what people do with it."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from apps.core.live import publish, user_channel
from apps.notifications.deliveries import deliver, withdraw_deliveries
from apps.notifications.kinds import KINDS, Action, NoticeKind
from apps.notifications.models import Delivery, NoticePreference, Notification, NotificationQuerySet, QuietHours
from apps.teams.models import Team, User

LONGEST_TITLE = 200
BELLS = 0xBE11  # advisory lock of a team's bells


def notify(
    kind: NoticeKind,
    *,
    team: Team,
    recipients: Iterable[User],
    subject: str,
    title: str,
    url: str,
    body: str = "",
    by: User | None = None,
    actions: Iterable[Action] = (),
) -> list[Notification]:
    """Write a bell row for each active recipient of the team, in id order; whoever did it (`by`) is not told.

    It goes out by e-mail and to the team's channels too, as the kind and the people's preferences have it.
    Call it last in the transaction. `subject` names what it is about ("session:1042"), `url` is a path of ours.
    """
    _take_turn(team.pk)
    people = {person.pk: person for person in recipients if person.is_active and person.team_id == team.pk}
    told = [people[pk] for pk in sorted(people) if by is None or pk != by.pk]
    now, buttons = timezone.now(), [asdict(action) for action in actions]
    rows = [
        Notification(
            team=team, recipient=person, notice=kind.key, subject=subject, title=title[:LONGEST_TITLE],
            body=body, url=url, by=by, actions=buttons, created_at=now,
        )
        for person in told
    ]  # fmt: skip
    Notification.objects.bulk_create(rows)
    post = Delivery(team=team, notice=kind.key, about=subject, title=title[:LONGEST_TITLE], body=body, url=url)
    deliver(kind, rows, post)
    _ring(row.recipient_id for row in rows)
    return rows


def withdraw(*kinds: NoticeKind, team: Team, subject: str) -> int:
    """Take back what no longer holds: it leaves the bell and the page, and what was not sent yet is not sent any more.

    Return how many rows of the bell that were.
    """
    _take_turn(team.pk)
    keys = [kind.key for kind in kinds]
    rows = Notification.objects.filter(team=team, subject=subject, notice__in=keys, withdrawn_at=None)
    withdrawn = _mark(rows, withdrawn_at=timezone.now())
    withdraw_deliveries(keys, team=team, about=subject)
    return withdrawn


def set_read(pk: int, *, by: User, read: bool) -> Notification:
    """Raise Notification.DoesNotExist for another person's, and for what was withdrawn."""
    with _changing(by) as rows:
        notification = rows.get(pk=pk)
        _mark(rows.filter(pk=pk, read_at__isnull=read), read_at=timezone.now() if read else None)
        return notification


def mark_all_read(*, by: User) -> int:
    """Return how many were unread."""
    with _changing(by) as rows:
        return _mark(rows.unread(), read_at=timezone.now())


@contextmanager
def _changing(by: User) -> Iterator[NotificationQuerySet]:
    with transaction.atomic():
        _take_turn(by.team_id)
        yield Notification.objects.of(by)


def _mark(rows: NotificationQuerySet, **times: datetime | None) -> int:
    found = dict(rows.values_list("id", "recipient_id"))
    changed = Notification.objects.filter(pk__in=found).update(**times)
    _ring(found.values())
    return changed


def _ring(people: Iterable[int]) -> None:
    """Let every open page of the people look at its bell anew."""
    for pk in sorted(set(people)):
        publish(user_channel(pk), "bell", {})


def save_preferences(*, by: User, email: Collection[str], quiet: QuietHours | None) -> None:
    """Keep for each kind whether it comes by e-mail too, and the quiet hours; None lets those go."""
    team = _team_of(by)
    rows = [NoticePreference(team=team, person=by, notice=key, email=key in email) for key in KINDS]
    with transaction.atomic():
        NoticePreference.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["person", "notice"], update_fields=["email"]
        )
        if quiet:
            hours = {"team": team, "start": quiet.start, "end": quiet.end, "days": quiet.days}
            QuietHours.objects.update_or_create(person=by, defaults=hours)
        else:
            QuietHours.objects.filter(person=by).delete()


def _take_turn(team_id: int | None) -> None:
    """Changes of a team's bells go one after the other until they commit: two that told the same people in another
    order would wait for each other for ever, and one transaction may tell of several things.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A notice belongs inside the transaction of what happened.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [BELLS, team_id])


def _team_of(person: User) -> Team:
    """Views admit people of a team only."""
    assert person.team is not None  # noqa: S101 - for the type checker
    return person.team
