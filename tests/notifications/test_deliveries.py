"""What is written for the worker when people are told."""

from typing import Any

import pytest
from django.db import transaction

from apps.core.models import OutboxMessage, OutboxState
from apps.notifications.kinds import NoticeKind
from apps.notifications.models import Delivery, Medium, NoticePreference
from apps.notifications.services import notify, withdraw
from apps.teams.models import Team, User
from tests.factories.channels import TeamChannelFactory
from tests.factories.notifications import BELL_ONLY, BY_MAIL
from tests.factories.teams import UserFactory

pytestmark = pytest.mark.django_db
TO_CHANNELS = NoticeKind("test.to_channels", "Posted to channels", "A kind for tests.", channels=True)


def tell(team: Team, *people: User, kind: NoticeKind = BY_MAIL, **said: Any) -> None:
    words = {"subject": "session:7", "title": "Back: VPN", "body": "It is time.", "url": "/pilot/7/"}
    with transaction.atomic():
        notify(kind, team=team, recipients=people, **(words | said))


def states() -> list[str]:
    return list(OutboxMessage.objects.order_by("id").values_list("state", flat=True))


def test_each_person_who_wants_it_gets_one_mail_of_its_own(team: Team, engineer: User, lead: User) -> None:
    tell(team, engineer, lead)
    rows = list(Delivery.objects.order_by("id"))
    assert [row.recipient for row in rows] == sorted([engineer, lead], key=lambda person: person.pk)
    assert {(row.medium, row.notice, row.about, row.title, row.body, row.url) for row in rows} == {
        (Medium.EMAIL, BY_MAIL.key, "session:7", "Back: VPN", "It is time.", "/pilot/7/")
    }
    subjects = OutboxMessage.objects.filter(topic="mail.written").values_list("subject", flat=True)
    assert set(subjects) == {row.subject for row in rows}


def test_kind_that_is_no_mail_goes_to_who_chose_it(team: Team, engineer: User, lead: User) -> None:
    NoticePreference.objects.create(team=team, person=engineer, notice=BELL_ONLY.key, email=True)
    tell(team, engineer, lead, kind=BELL_ONLY)
    assert [row.recipient for row in Delivery.objects.all()] == [engineer]


def test_each_channel_of_the_team_gets_one_post_however_many_people_hear(team: Team, engineer: User) -> None:
    channel = TeamChannelFactory(team=team, owner=engineer)
    TeamChannelFactory()
    tell(team, engineer, UserFactory(team=team), kind=TO_CHANNELS)
    assert [(row.channel, row.medium) for row in Delivery.objects.all()] == [(channel, Medium.SLACK)]
    assert OutboxMessage.objects.get().topic == "post.written"


def test_channel_hears_also_when_nobody_else_is_told(team: Team) -> None:
    TeamChannelFactory(team=team, owner=UserFactory(team=team))
    tell(team, kind=TO_CHANNELS)
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("change", [{"is_on": False}, {"left_out": [TO_CHANNELS.key]}])
def test_channel_that_is_off_or_left_the_kind_out_hears_nothing(change: dict[str, Any], team: Team) -> None:
    TeamChannelFactory(team=team, owner=UserFactory(team=team), **change)
    tell(team, kind=TO_CHANNELS)
    assert not Delivery.objects.exists()


def test_kind_that_is_not_for_channels_is_not_posted(team: Team) -> None:
    TeamChannelFactory(team=team, owner=UserFactory(team=team))
    tell(team, kind=BELL_ONLY)
    assert not Delivery.objects.exists()


def test_withdrawn_notice_does_not_leave_any_more(team: Team, engineer: User) -> None:
    tell(team, engineer)
    withdraw(BY_MAIL, team=team, subject="session:7")
    assert states() == [OutboxState.CANCELLED]


@pytest.mark.parametrize(
    "said", [{"subject": "session:8"}, {"kind": NoticeKind("test.other", "Other", "", email=True)}]
)
def test_withdrawal_leaves_other_notices_alone(said: dict[str, Any], team: Team, engineer: User) -> None:
    tell(team, engineer, **said)
    withdraw(BY_MAIL, team=team, subject="session:7")
    assert states() == [OutboxState.PENDING]


def test_withdrawal_leaves_another_team_alone(team: Team, outsider: User) -> None:
    tell(outsider.team, outsider)
    withdraw(BY_MAIL, team=team, subject="session:7")
    assert states() == [OutboxState.PENDING]


@pytest.mark.parametrize("state", [OutboxState.PENDING, OutboxState.RUNNING, OutboxState.UNKNOWN])
def test_withdrawn_notice_that_may_have_arrived_is_not_sent_again(team: Team, engineer: User, state: str) -> None:
    tell(team, engineer)
    OutboxMessage.objects.update(state=state, sent_at="2026-01-01T00:00Z")
    withdraw(BY_MAIL, team=team, subject="session:7")
    assert states() == [OutboxState.CANCELLED]


def test_rolled_back_change_writes_nothing(team: Team, engineer: User) -> None:
    with transaction.atomic():
        tell(team, engineer)
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()
    assert states() == []
