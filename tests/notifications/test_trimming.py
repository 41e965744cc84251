from datetime import timedelta

import pytest
from django.db.models import Model
from django.utils import timezone

from apps.core.models import OutboxMessage, OutboxState
from apps.notifications import trimming
from apps.notifications.handlers import trim_deliveries, trim_notices
from apps.notifications.models import Delivery, Medium, Notification, TeamChannel
from apps.teams.models import User
from tests.factories.channels import TeamChannelFactory
from tests.factories.notifications import NotificationFactory
from tests.factories.outbox import OutboxMessageFactory
from tests.plan import plan_of

OLD = trimming.KEEP_DELIVERIES + timedelta(minutes=1)


@pytest.fixture
def channel(lead: User) -> TeamChannel:
    return TeamChannelFactory(owner=lead)


def sent(to: TeamChannel | User, *, age: timedelta = OLD) -> Delivery:
    channel, person = (to, None) if isinstance(to, TeamChannel) else (None, to)
    medium = channel.medium if channel else Medium.EMAIL
    made = Delivery.objects.create(
        team=to.team,
        medium=medium,
        channel=channel,
        recipient=person,
        notice="x",
        about="session:1",
        title="x",
        url="/",
    )
    Delivery.objects.filter(pk=made.pk).update(created_at=timezone.now() - age)
    return made


def test_trim_notices_takes_the_old_ones(engineer: User) -> None:
    now = timezone.now()
    NotificationFactory(recipient=engineer, created_at=now - trimming.KEEP_NOTICES - timedelta(minutes=1))
    young = NotificationFactory(recipient=engineer, created_at=now - trimming.KEEP_NOTICES + timedelta(minutes=1))
    trim_notices()
    assert Notification.objects.get() == young


def test_trim_deliveries_keeps_the_young_and_the_last_post_of_each_channel(
    engineer: User, channel: TeamChannel
) -> None:
    sent(engineer)
    sent(channel)
    kept = [sent(channel), sent(TeamChannelFactory(owner=channel.owner)), sent(engineer, age=timedelta(days=1))]
    trim_deliveries()
    assert list(Delivery.objects.order_by("id")) == kept


@pytest.mark.parametrize("state", [OutboxState.UNKNOWN, OutboxState.PENDING, OutboxState.DONE])
def test_trim_deliveries_keeps_what_an_outbox_row_is_about(engineer: User, state: OutboxState) -> None:
    kept, gone = sent(engineer), sent(engineer)
    OutboxMessageFactory(team=engineer.team, subject=kept.subject, state=state)
    OutboxMessageFactory(subject=gone.subject, state=state)  # another team's
    trim_deliveries()
    assert Delivery.objects.get() == kept


def test_trim_deliveries_takes_them_once_their_rows_are_gone(engineer: User) -> None:
    row = OutboxMessageFactory(team=engineer.team, subject=sent(engineer).subject, state=OutboxState.FAILED)
    OutboxMessage.objects.filter(pk=row.pk).delete()
    trim_deliveries()
    assert not Delivery.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Notification, Delivery])
def test_old_rows_are_found_by_an_index(model: type[Model]) -> None:
    old = model._default_manager.filter(created_at__lt=timezone.now()).order_by("created_at")[:1000]
    assert f"Index Scan using {model._meta.model_name}_oldest" in plan_of(old)
