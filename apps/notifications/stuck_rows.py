"""One notice for a team's leads while something in its outbox needs a hand, however many rows that are."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from apps.core.models import OutboxMessage, TeamQuerySet
from apps.core.permissions import Role
from apps.notifications.models import Notification, NotificationQuerySet
from apps.notifications.notices import NEEDS_HAND
from apps.notifications.services import notify, withdraw
from apps.teams.models import Team, User

SUBJECT = "outbox"
# A new notice for what got stuck since the last one; not sooner, since the notice's own e-mail may be what is stuck.
AGAIN_AFTER = timedelta(hours=1)


def tell_of_stuck_rows() -> None:
    """Tell the leads of each team that has stuck rows, and take the notice back where they are dealt with."""
    everybody = Team.objects.all()
    teams = [rows(everybody).values_list("team_id", flat=True).distinct() for rows in (_stuck, _standing)]
    for pk in sorted({*teams[0], *teams[1]}):
        _tell(pk)


def _stuck(teams: Collection[Team]) -> TeamQuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(team__in=teams, state__in=OutboxMessage.STUCK)


def _standing(teams: Collection[Team]) -> NotificationQuerySet:
    return Notification.objects.filter(team__in=teams, subject=SUBJECT, notice=NEEDS_HAND.key, withdrawn_at=None)


@transaction.atomic
def _tell(team_id: int) -> None:
    team = Team.objects.select_for_update(no_key=True).get(pk=team_id)
    newest = _stuck([team]).aggregate(newest=Max("finished_at"))["newest"]
    told_at = _standing([team]).aggregate(told_at=Max("created_at"))["told_at"]
    if newest and told_at and (newest <= told_at or timezone.now() < told_at + AGAIN_AFTER):
        return
    withdraw(NEEDS_HAND, team=team, subject=SUBJECT)
    if newest:
        notify(
            NEEDS_HAND,
            team=team,
            recipients=User.objects.filter(team=team, role=Role.TEAM_ADMIN),
            subject=SUBJECT,
            title="Something could not be sent",
            body="The list says what and why. Try it again there, or let it be.",
            url=reverse("admin:core_outboxmessage_changelist"),
        )
