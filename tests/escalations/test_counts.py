"""Counts written by hand, held to the querysets whose rules they repeat."""

from itertools import product

import pytest

from apps.escalations.models import HandoffStatus, Intent, SessionHandoff
from apps.escalations.selectors import open_count
from apps.notifications.models import Notification
from apps.notifications.selectors import closed_bell
from apps.sessions.models import FlowSession, Status
from apps.teams.models import User
from tests.factories.escalations import handed_over
from tests.factories.sessions import started_session
from tests.factories.teams import UserFactory, super_admin

ENDED = {Status.RESOLVED, Status.ABANDONED}


@pytest.mark.parametrize(("intent", "handoff_status"), list(product(Intent.values, HandoffStatus.values)))
def test_open_count_agrees_with_what_is_open(engineer: User, intent: str, handoff_status: str) -> None:
    handoff = handed_over(started_session(engineer))
    SessionHandoff.objects.filter(pk=handoff.pk).update(intent=intent, status=handoff_status)
    for status in set(Status) - ENDED:
        FlowSession.objects.filter(pk=handoff.flow_session_id).update(status=status)
        waiting = SessionHandoff.objects.visible_to(engineer).open().filter(intent=Intent.ESCALATE)
        assert open_count(engineer) == waiting.count()


def test_open_count_is_of_the_own_team_alone(engineer: User, outsider: User) -> None:
    handed_over(started_session(engineer))
    assert (open_count(engineer), open_count(outsider), open_count(super_admin())) == (1, 0, 0)


def test_closed_bell_agrees_with_what_is_unread(engineer: User) -> None:
    senior = UserFactory(team=engineer.team, is_senior=True)
    for _ in range(3):
        handed_over(started_session(engineer))
    for changes in ({}, {"read_at": "2026-01-01T00:00Z"}, {"read_at": None, "withdrawn_at": "2026-01-01T00:00Z"}):
        Notification.objects.filter(pk=Notification.objects.latest("pk").pk).update(**changes)
        assert closed_bell(senior).unread == Notification.objects.of(senior).unread().count()
