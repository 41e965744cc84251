"""Telling people, and taking it back. Neither commits: both belong into the transaction of what happened."""

from collections.abc import Iterable
from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from apps.notifications.kinds import Action, NoticeKind
from apps.notifications.models import Notification, NotificationQuerySet
from apps.teams.models import Team, User

LONGEST_TITLE = 200


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

    Call it last in the transaction. `subject` names what it is about ("session:1042"), `url` is a path of ours.
    """
    _demand_transaction()
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
    return Notification.objects.bulk_create(rows)


def withdraw(kind: NoticeKind, *, team: Team, subject: str) -> int:
    """Take back what no longer holds: it leaves the bell and the page. Return how many rows that were."""
    _demand_transaction()
    rows = Notification.objects.filter(team=team, subject=subject, notice=kind.key, withdrawn_at=None)
    return rows.update(withdrawn_at=timezone.now())


def mark_read(pk: int, *, by: User) -> Notification:
    """Raise Notification.DoesNotExist for another person's, and for what was withdrawn."""
    with transaction.atomic():
        notification = Notification.objects.of(by).get(pk=pk)
        _read(Notification.objects.of(by).filter(pk=pk))
        return notification


def mark_all_read(*, by: User) -> int:
    """Return how many were unread."""
    with transaction.atomic():
        return _read(Notification.objects.of(by))


def _read(rows: NotificationQuerySet) -> int:
    return rows.unread().update(read_at=timezone.now())


def _demand_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("A notice belongs inside the transaction of what happened.")
