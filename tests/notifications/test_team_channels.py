import pytest

from apps.core.crypto import decrypt
from apps.core.models import OutboxMessage
from apps.notifications.models import Delivery, Medium, Notification, TeamChannel
from apps.notifications.team_channels import note_arrival, note_failure, save_channel, send_test, switch_channel
from apps.teams.models import User
from tests.factories.channels import SECRET, TeamChannelFactory
from tests.factories.teams import UserFactory

pytestmark = pytest.mark.django_db
OTHER = "https://hooks.slack.com/services/another"


@pytest.fixture
def channel(lead: User) -> TeamChannel:
    return TeamChannelFactory(team=lead.team, owner=lead)


def post(channel: TeamChannel, **fields: object) -> Delivery:
    words = {"notice": "x", "about": "session:7", "title": "Back", "url": "/pilot/7/"}
    return Delivery.objects.create(team=channel.team, medium=channel.medium, channel=channel, **(words | fields))


def fail(channel: TeamChannel, times: int = TeamChannel.SWITCHED_OFF_AFTER) -> None:
    for _ in range(times):
        note_failure(post(channel), "Slack refused it.")
    channel.refresh_from_db()


def test_webhook_is_kept_encrypted_and_only_its_host_is_readable(lead: User) -> None:
    made = save_channel(TeamChannel(team=lead.team, medium=Medium.SLACK, name="#desk"), webhook=OTHER, by=lead)
    assert decrypt(made.webhook) == OTHER
    assert (made.host, made.owner) == ("hooks.slack.com", lead)
    assert "another" not in str(TeamChannel.objects.values().get())


def test_save_without_a_webhook_keeps_the_one_it_has(channel: TeamChannel, lead: User) -> None:
    other = UserFactory(team=lead.team)
    kept = save_channel(channel, webhook="", by=other)
    assert decrypt(kept.webhook).endswith(SECRET)
    assert kept.owner == lead


def test_new_webhook_starts_with_a_clean_record(channel: TeamChannel, lead: User) -> None:
    channel.failures = 2
    assert save_channel(channel, webhook=OTHER, by=lead).failures == 0


def test_failures_in_a_row_switch_the_channel_off_and_tell_its_owner_once(channel: TeamChannel, lead: User) -> None:
    fail(channel, TeamChannel.SWITCHED_OFF_AFTER + 2)
    assert (channel.is_on, channel.has_failed) == (False, True)
    (told,) = Notification.objects.all()
    assert (told.recipient, told.notice, told.url) == (lead, "channel.switched_off", "/notifications/channels/")


def test_arrival_between_failures_keeps_the_channel_on(channel: TeamChannel) -> None:
    fail(channel, TeamChannel.SWITCHED_OFF_AFTER - 1)
    note_arrival(post(channel), "ok")
    fail(channel, TeamChannel.SWITCHED_OFF_AFTER - 1)
    assert channel.is_on


def test_failed_tests_do_not_count(channel: TeamChannel) -> None:
    for _ in range(TeamChannel.SWITCHED_OFF_AFTER):
        note_failure(post(channel, is_test=True), "no")
    channel.refresh_from_db()
    assert (channel.is_on, channel.failures) == (True, 0)


def test_owner_who_left_is_replaced_by_the_administrators(channel: TeamChannel, lead: User) -> None:
    User.objects.filter(pk=lead.pk).update(is_active=False)
    admin = UserFactory(team=lead.team, role="team_admin")
    UserFactory(team=lead.team)
    fail(channel)
    assert [told.recipient for told in Notification.objects.all()] == [admin]


def test_switching_on_forgets_the_failures(channel: TeamChannel) -> None:
    fail(channel)
    assert (switch_channel(channel, on=True).is_on, channel.failures) == (True, 0)


def test_channel_switched_off_by_hand_has_not_failed(channel: TeamChannel) -> None:
    assert not switch_channel(channel, on=False).has_failed


def test_each_test_is_a_post_of_its_own(channel: TeamChannel, lead: User) -> None:
    subjects = [send_test(channel, by=lead).subject for _ in range(2)]
    assert list(OutboxMessage.objects.order_by("id").values_list("subject", flat=True)) == subjects


def test_answer_is_cut_to_what_is_kept(channel: TeamChannel) -> None:
    delivery = post(channel)
    note_failure(delivery, "x" * 999)
    delivery.refresh_from_db()
    assert len(delivery.answer) == 255
