from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from apps.core.models import OutboxMessage, OutboxState
from apps.core.permissions import Role
from apps.notifications import handlers
from apps.notifications.models import Notification
from apps.notifications.stuck_rows import AGAIN_AFTER, tell_of_stuck_rows
from apps.teams.models import Team, User
from tests.factories.outbox import OutboxMessageFactory
from tests.factories.teams import UserFactory


def stuck(team: Team, state: str = OutboxState.FAILED, at: datetime | None = None) -> OutboxMessage:
    return OutboxMessageFactory(team=team, state=state, finished_at=at or timezone.now())


def standing() -> list[User]:
    rows = Notification.objects.filter(withdrawn_at=None).order_by("recipient_id").select_related("recipient")
    return [row.recipient for row in rows]


def told_long_ago() -> None:
    Notification.objects.update(created_at=timezone.now() - AGAIN_AFTER - timedelta(minutes=1))


def test_stuck_rows_are_told_to_the_leads_in_one_notice(team: Team, lead: User, engineer: User) -> None:
    second = UserFactory(team=team, role=Role.TEAM_ADMIN)
    for state in (OutboxState.FAILED, OutboxState.UNKNOWN, OutboxState.FAILED):
        stuck(team, state)
    tell_of_stuck_rows()
    assert standing() == [lead, second]


@pytest.mark.parametrize("state", [OutboxState.PENDING, OutboxState.DONE, OutboxState.CANCELLED])
def test_rows_that_need_no_hand_are_not_told(team: Team, lead: User, state: str) -> None:
    stuck(team, state)
    tell_of_stuck_rows()
    assert standing() == []


def test_stuck_rows_of_another_team_are_not_told(lead: User, outsider: User) -> None:
    stuck(outsider.team)
    tell_of_stuck_rows()
    assert standing() == []


def test_same_stuck_rows_are_told_once(team: Team, lead: User) -> None:
    stuck(team, at=timezone.now() - AGAIN_AFTER * 3)
    tell_of_stuck_rows()
    told_long_ago()
    tell_of_stuck_rows()
    assert Notification.objects.count() == 1


def test_rows_that_got_stuck_since_are_told_when_an_hour_is_over_and_the_old_notice_goes(
    team: Team, lead: User
) -> None:
    stuck(team)
    tell_of_stuck_rows()
    stuck(team)
    tell_of_stuck_rows()
    assert Notification.objects.count() == 1
    told_long_ago()
    tell_of_stuck_rows()
    assert (standing(), Notification.objects.count()) == ([lead], 2)


def test_notice_goes_when_every_row_is_dealt_with(team: Team, lead: User) -> None:
    row = stuck(team)
    tell_of_stuck_rows()
    OutboxMessage.objects.filter(pk=row.pk).update(state=OutboxState.CANCELLED)
    handlers.tell_of_stuck_rows()
    assert standing() == []


def test_lead_who_comes_later_hears_of_it(team: Team, engineer: User) -> None:
    stuck(team)
    tell_of_stuck_rows()
    later = UserFactory(team=team, role=Role.TEAM_ADMIN)
    tell_of_stuck_rows()
    assert standing() == [later]
