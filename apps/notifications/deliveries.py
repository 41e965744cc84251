"""Notices on their way out of the house: a row for each recipient and medium, sent by the worker."""

from collections.abc import Collection, Iterable

from django.db.models import QuerySet
from django.utils import timezone

from apps.core.outbox import emit
from apps.core.outbox.services import withdraw_rows
from apps.notifications.kinds import NoticeKind
from apps.notifications.models import Delivery, Medium, Notification, TeamChannel
from apps.notifications.selectors import mail_times
from apps.teams.models import Team, User


def deliver(kind: NoticeKind, notices: Iterable[Notification], post: Delivery) -> None:
    """Let the notice go by e-mail to those who want it, and once to each channel of the team that gets its kind.

    `post` is the notice without a recipient, not saved. Last in the transaction.
    """
    people = [notice.recipient for notice in notices]
    wanting = mail_times(people, kind, timezone.now()) if people else {}
    rows = [_to(post, Medium.EMAIL, recipient=person) for person in people if person.pk in wanting]
    rows += [_to(post, channel.medium, channel=channel) for channel in _channels(kind, post.team)]
    send(rows)


def send(rows: list[Delivery], by: User | None = None) -> None:
    """Save the deliveries and hand them to the worker."""
    for row in Delivery.objects.bulk_create(rows):
        topic, side = ("post.written", row.channel.host) if row.channel else ("mail.written", "mail")
        emit(topic, row.subject, team=row.team, side=side, by=by)


def withdraw_deliveries(notices: Collection[str], *, team: Team, about: str) -> None:
    """Nothing of it begins to leave any more. What has left is no longer ours to take back."""
    _withdraw(Delivery.objects.filter(team=team, about=about, notice__in=notices), team)


def _withdraw(rows: QuerySet[Delivery], team: Team) -> None:
    """What arrived is over, whatever the outbox says."""
    waiting = rows.exclude(arrived=True).order_by("id")
    withdraw_rows([delivery.subject for delivery in waiting], team=team)


def _to(post: Delivery, medium: str, *, recipient: User | None = None, channel: TeamChannel | None = None) -> Delivery:
    return Delivery(
        team=post.team, medium=medium, recipient=recipient, channel=channel, notice=post.notice, about=post.about,
        title=post.title, body=post.body, url=post.url,
    )  # fmt: skip


def _channels(kind: NoticeKind, team: Team) -> Iterable[TeamChannel]:
    if not kind.channels:
        return ()
    return TeamChannel.objects.filter(team=team, is_on=True).exclude(left_out__contains=[kind.key]).order_by("id")
