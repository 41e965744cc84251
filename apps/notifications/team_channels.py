"""A team's chat channels: set up, changed, tried, and switched off when nothing arrives."""

from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from apps.core.crypto import encrypt
from apps.core.permissions import Permission, may
from apps.notifications.deliveries import send
from apps.notifications.models import Delivery, TeamChannel
from apps.notifications.notices import CHANNEL_OFF
from apps.notifications.services import notify
from apps.teams.models import User

LONGEST_ANSWER = 255


def save_channel(channel: TeamChannel, *, webhook: str, by: User) -> TeamChannel:
    """Keep the channel; a webhook of "" leaves the one it has. A new one starts with a clean record."""
    if channel.pk is None:
        channel.owner = by
    if webhook:
        channel.webhook, channel.host = encrypt(webhook), urlsplit(webhook).hostname or ""
        channel.failures = 0
    channel.save()
    return channel


def switch_channel(channel: TeamChannel, *, on: bool) -> TeamChannel:
    """Switching on forgets the failures, or else the next one would switch it off again."""
    TeamChannel.objects.filter(pk=channel.pk).update(is_on=on, failures=0)
    channel.refresh_from_db()
    return channel


def remove_channel(channel: TeamChannel) -> None:
    """What was sent stays in the ledger."""
    channel.delete()


@transaction.atomic
def send_test(channel: TeamChannel, *, by: User) -> Delivery:
    """Post a line to the channel, also while it is switched off."""
    delivery = Delivery(
        team=channel.team, medium=channel.medium, channel=channel, notice="", about=f"channel:{channel.pk}",
        title=f"Test from {by.name}", body="When you can read this, ResolutionFlow reaches this channel.",
        url=reverse("notifications:channel-list"), is_test=True,
    )  # fmt: skip
    send([delivery], by)
    return delivery


@transaction.atomic
def note_arrival(delivery: Delivery, answer: str) -> None:
    _note(delivery, True, answer)
    if delivery.channel:
        TeamChannel.objects.filter(pk=delivery.channel.pk).update(failures=0)


@transaction.atomic
def note_failure(delivery: Delivery, answer: str, *, arrived: bool | None = False) -> None:
    """It will not be tried again; `arrived` is None where nobody knows. Several in a row switch a channel off."""
    _note(delivery, arrived, answer)
    if delivery.channel is None or delivery.is_test:
        return
    channel = TeamChannel.objects.filter(pk=delivery.channel.pk)
    channel.filter(is_on=True).update(failures=F("failures") + 1)
    if channel.filter(is_on=True, failures__gte=TeamChannel.SWITCHED_OFF_AFTER).update(is_on=False):
        _tell_owner(channel.select_related("team", "owner").get(), answer)


def _note(delivery: Delivery, arrived: bool | None, answer: str) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(
        arrived=arrived, answer=answer[:LONGEST_ANSWER], answered_at=timezone.now()
    )


def _tell_owner(channel: TeamChannel, answer: str) -> None:
    owner = channel.owner
    others = User.objects.filter(team=channel.team, is_active=True).order_by("pk")
    told = [owner] if owner.is_active else [one for one in others if may(one, Permission.ADMIN_TEAM)]
    notify(
        CHANNEL_OFF, team=channel.team, recipients=told, subject=f"channel:{channel.pk}",
        title=f"{channel.name} was switched off", url=reverse("notifications:channel-list"),
        body=f"{channel.failures} posts in a row did not arrive. The last answer: {answer}",
    )  # fmt: skip
