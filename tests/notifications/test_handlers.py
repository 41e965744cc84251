"""From the outbox row to a server on this machine, and what is kept of its answer."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from apps.core.crypto import encrypt
from apps.core.egress.mail import message_id
from apps.core.models import EgressRecord, Lane, OutboxMessage, OutboxState
from apps.core.outbox.lease import claim
from apps.core.outbox.run import run
from apps.notifications.handlers import ATTEMPTS
from apps.notifications.kinds import KINDS
from apps.notifications.models import Delivery, Medium, NoticePreference, Notification, QuietHours, TeamChannel
from apps.notifications.services import notify
from apps.notifications.team_channels import send_test
from apps.teams.models import User
from tests.factories.channels import SECRET, TeamChannelFactory
from tests.factories.notifications import BY_MAIL, ON_CALL
from tests.fakes.mail_server import hangs_up, scripted_server
from tests.fakes.receiver import Behaviour, Receiver, cuts, receiver, says
from tests.notifications.test_deliveries import TO_CHANNELS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kinds(kinds: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, TO_CHANNELS.key, TO_CHANNELS)


def tell(person: User, kind: Any = BY_MAIL, **said: Any) -> None:
    words = {"subject": "session:7", "title": "Back: VPN", "body": "pw is Maple#4410x", "url": "/pilot/7/"}
    with transaction.atomic():
        notify(kind, team=person.team, recipients=[person], **(words | said))


def work() -> OutboxMessage:
    """One attempt at the row that is due."""
    message = claim(Lane.QUICK)
    assert message
    run(message)
    message.refresh_from_db()
    return message


def channel_at(made: Receiver, lead: User, settings: Settings, **fields: Any) -> TeamChannel:
    settings.RF_ALLOWED_PRIVATE_HOSTS = [made.host]
    return TeamChannelFactory(team=lead.team, owner=lead, url=made.url, **fields)


def posted(behaviour: Behaviour, lead: User, settings: Settings, **fields: Any) -> tuple[OutboxMessage, Delivery]:
    with receiver(behaviour) as made:
        channel_at(made, lead, settings, **fields)
        tell(lead, TO_CHANNELS)
        message = work()
    delivery = Delivery.objects.get()
    assert SECRET not in f"{message.error}{delivery.answer}"
    return message, delivery


def test_mail_goes_to_the_person_without_secrets(engineer: User) -> None:
    tell(engineer)
    message = work()
    (mail,) = django_mail.outbox
    assert mail.recipients() == [engineer.email]
    assert "[password removed]" in mail.body
    assert "Maple" not in str(mail.message())
    assert (message.state, message.external_id) == (OutboxState.DONE, mail.extra_headers["Message-ID"])
    assert Delivery.objects.get().arrived


def test_mail_waits_for_the_end_of_quiet_hours(engineer: User) -> None:
    everyday = {"days": list(range(7)), "start": "00:00", "end": "23:59:59"}
    QuietHours.objects.create(team=engineer.team, person=engineer, **everyday)
    tell(engineer)
    message = work()
    assert (message.state, message.sent_at, django_mail.outbox) == (OutboxState.PENDING, None, [])
    assert "quiet hours" in message.error
    assert message.due_at > timezone.now()


def test_urgent_mail_does_not_wait(engineer: User) -> None:
    everyday = {"days": list(range(7)), "start": "00:00", "end": "23:59:59"}
    QuietHours.objects.create(team=engineer.team, person=engineer, **everyday)
    tell(engineer, ON_CALL)
    assert work().state == OutboxState.DONE


def test_mail_to_somebody_who_left_meanwhile_is_not_sent(engineer: User) -> None:
    tell(engineer)
    User.objects.update(is_active=False)
    assert (work().state, django_mail.outbox) == (OutboxState.CANCELLED, [])


def test_mail_that_the_person_switched_off_meanwhile_is_not_sent(engineer: User) -> None:
    tell(engineer)
    NoticePreference.objects.create(team=engineer.team, person=engineer, notice=BY_MAIL.key, email=False)
    message = work()
    assert (message.state, django_mail.outbox) == (OutboxState.CANCELLED, [])
    assert Delivery.objects.get().answer == message.error == "The person has switched this e-mail off."


def test_mail_that_may_have_arrived_is_sent_again_with_the_same_id(engineer: User, settings: Settings) -> None:
    tell(engineer)
    usual = settings.EMAIL_BACKEND
    with scripted_server(sent=hangs_up) as server:
        settings.EMAIL_BACKEND, settings.EMAIL_TIMEOUT = "apps.core.egress.smtp.Backend", 1
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        message = work()
    assert (message.state, bool(message.sent_at)) == (OutboxState.PENDING, True)
    settings.EMAIL_BACKEND = usual
    OutboxMessage.objects.update(due_at=timezone.now())
    assert work().external_id == message_id(message.key)


def test_post_arrives_in_slack_without_secrets(lead: User, settings: Settings) -> None:
    with receiver(says(200, "ok")) as made:
        channel_at(made, lead, settings)
        tell(lead, TO_CHANNELS)
        message = work()
    sent = made.asked[0].json()
    assert sent["text"] == "Back: VPN: pw is [password removed]"
    assert "http://localhost:8000/pilot/7/" in sent["blocks"][2]["text"]["text"]
    assert (message.state, Delivery.objects.get().arrived, Delivery.objects.get().answer) == ("done", True, "ok")


@pytest.mark.parametrize("said", [says(202), says(200, "1")])
def test_post_arrives_in_teams(said: Behaviour, lead: User, settings: Settings) -> None:
    message, delivery = posted(said, lead, settings, medium=Medium.TEAMS)
    assert (message.state, delivery.arrived) == (OutboxState.DONE, True)


@pytest.mark.parametrize(
    ("medium", "said", "sentence"),
    [
        (Medium.SLACK, says(404, "no_service"), "It says: no_service. Slack does not know the webhook any more."),
        (Medium.SLACK, says(400, "invalid_payload"), "It says: invalid_payload."),
        (Medium.SLACK, says(200, "<html>welcome</html>"), "did not confirm"),
        (Medium.SLACK, says(302, Location="http://169.254.169.254/"), "redirect"),
        (Medium.TEAMS, says(200, '{"error": {"code": "WorkflowTriggerIsNotEnabled"}}'), "switched off in Teams"),
    ],
)
def test_post_that_is_refused_fails_with_a_sentence(
    medium: Medium, said: Behaviour, sentence: str, lead: User, settings: Settings
) -> None:
    message, delivery = posted(said, lead, settings, medium=medium)
    assert message.state == OutboxState.FAILED
    assert sentence in message.error == delivery.answer
    assert delivery.arrived is False


def test_answer_that_repeats_the_webhook_does_not_give_it_away(lead: User, settings: Settings) -> None:
    with receiver(lambda connection: says(404, f"no such hook {made.url}")(connection)) as made:
        channel_at(made, lead, settings)
        tell(lead, TO_CHANNELS)
        assert SECRET not in work().error
    assert SECRET not in Delivery.objects.get().answer


@pytest.mark.parametrize(
    ("medium", "said"),
    [(Medium.SLACK, says(429, Retry_After="30")), (Medium.TEAMS, says(200, "delivery failed: HTTP error 429"))],
)
def test_post_that_comes_too_often_waits(medium: Medium, said: Behaviour, lead: User, settings: Settings) -> None:
    message, delivery = posted(said, lead, settings, medium=medium)
    assert (message.state, message.sent_at, delivery.arrived) == (OutboxState.PENDING, None, None)


def test_post_that_may_have_arrived_goes_to_a_person(lead: User, settings: Settings) -> None:
    message, delivery = posted(cuts(""), lead, settings)
    assert (message.state, delivery.arrived) == (OutboxState.UNKNOWN, None)
    assert "may have arrived" in delivery.answer


def test_post_whose_last_attempt_is_over_counts_as_failed(lead: User, settings: Settings) -> None:
    with receiver(says(429)) as made:
        channel = channel_at(made, lead, settings)
        tell(lead, TO_CHANNELS)
        OutboxMessage.objects.update(attempts=ATTEMPTS - 1)
        assert work().state == OutboxState.FAILED
    channel.refresh_from_db()
    assert channel.failures == 1


def test_post_to_a_channel_that_was_switched_off_meanwhile_is_not_sent(lead: User, settings: Settings) -> None:
    with receiver(says(200, "ok")) as made:
        channel_at(made, lead, settings)
        tell(lead, TO_CHANNELS)
        TeamChannel.objects.update(is_on=False)
        assert work().state == OutboxState.CANCELLED
    assert made.asked == []


def test_post_to_a_channel_that_was_removed_meanwhile_is_not_sent(lead: User, settings: Settings) -> None:
    with receiver(says(200, "ok")) as made:
        channel = channel_at(made, lead, settings)
        tell(lead, TO_CHANNELS)
        channel.delete()
        message = work()
        assert (message.state, "removed" in message.error) == (OutboxState.CANCELLED, True)
    assert made.asked == []


def test_webhook_that_no_key_opens_fails_in_words(lead: User, settings: Settings) -> None:
    channel = TeamChannelFactory(team=lead.team, owner=lead)
    TeamChannel.objects.filter(pk=channel.pk).update(webhook="gAAAA")
    tell(lead, TO_CHANNELS)
    assert "Enter it again" in work().error


def test_webhook_into_our_own_network_is_refused(lead: User) -> None:
    TeamChannelFactory(team=lead.team, owner=lead, webhook=encrypt("https://127.0.0.1/x"), host="127.0.0.1")
    tell(lead, TO_CHANNELS)
    assert "private address" in work().error
    assert not EgressRecord.objects.exists()


def test_test_post_goes_out_while_the_channel_is_off(lead: User, settings: Settings) -> None:
    with receiver(says(200, "ok")) as made:
        send_test(channel_at(made, lead, settings, is_on=False), by=lead)
        assert work().state == OutboxState.DONE
    assert made.asked[0].json()["text"].startswith(f"Test from {lead.name}")


def test_channel_that_fails_several_times_is_switched_off_and_its_owner_told(lead: User, settings: Settings) -> None:
    with receiver(says(404, "no_service")) as made:
        channel = channel_at(made, lead, settings)
        for number in range(TeamChannel.SWITCHED_OFF_AFTER):
            tell(lead, TO_CHANNELS, subject=f"session:{number}")
            OutboxMessage.objects.update(due_at=timezone.now() - timedelta(seconds=1))
            work()
    channel.refresh_from_db()
    assert (channel.is_on, channel.has_failed) == (False, True)
    (told,) = Notification.objects.filter(notice="channel.switched_off")
    assert told.recipient == lead
    assert "no_service" in told.body


def test_every_post_and_mail_stands_in_the_ledger_of_its_own_team(
    lead: User, outsider: User, settings: Settings
) -> None:
    posted(says(200, "ok"), lead, settings)
    tell(outsider)
    work()
    ledger = {(row.team, row.destination, row.address) for row in EgressRecord.objects.all()}
    assert ledger == {
        (lead.team, "webhook", "127.0.0.1"),
        (outsider.team, "mail", outsider.email.partition("@")[2]),
    }
