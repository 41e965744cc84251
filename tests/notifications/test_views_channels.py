"""The page of the team's chat channels."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from apps.core.crypto import decrypt
from apps.core.models import OutboxState
from apps.notifications.kinds import KINDS
from apps.notifications.models import Delivery, TeamChannel
from apps.notifications.team_channels import send_test
from apps.teams.models import User
from tests.factories.channels import SECRET, TeamChannelFactory
from tests.factories.outbox import OutboxMessageFactory
from tests.notifications.test_deliveries import TO_CHANNELS

pytestmark = pytest.mark.django_db
LIST = "/notifications/channels/"
TYPED = {"medium": "slack", "name": "#desk", "webhook": "https://hooks.slack.com/services/T0/B0/new-secret"}


@pytest.fixture
def kind(kinds: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, TO_CHANNELS.key, TO_CHANNELS)


@pytest.fixture
def as_lead(client: Browser, lead: User) -> Browser:
    client.force_login(lead)
    return client


@pytest.fixture
def channel(lead: User) -> TeamChannel:
    return TeamChannelFactory(team=lead.team, owner=lead, name="#service-desk")


def page(browser: Browser, address: str = LIST, **headers: str) -> str:
    return browser.get(address, headers=headers).content.decode()


def said(channel: TeamChannel, browser: Browser, state: str = OutboxState.PENDING, **fields: Any) -> str:
    """What the page says of the channel's last post."""
    words = {"notice": "x", "about": "x", "title": "Back", "url": "/"}
    made = Delivery.objects.create(team=channel.team, medium=channel.medium, channel=channel, **words, **fields)
    OutboxMessageFactory(team=channel.team, subject=made.subject, state=state, error="It broke.")
    return page(browser)


def test_page_without_a_channel_says_what_to_do(as_lead: Browser) -> None:
    assert "No channel yet" in page(as_lead)


def test_page_shows_the_team_s_channels_and_never_a_webhook(as_lead: Browser, channel: TeamChannel) -> None:
    TeamChannelFactory(name="#not-ours")
    for address in (LIST, reverse("notifications:channel-change", args=[channel.pk])):
        shown = page(as_lead, address)
        assert "#service-desk" in shown
        assert "hooks.slack.com" in shown
        assert SECRET not in shown
        assert channel.webhook not in shown
        assert "#not-ours" not in shown


def test_list_is_a_fragment_for_htmx(as_lead: Browser, channel: TeamChannel) -> None:
    shown = page(as_lead, **{"HX-Request": "true", "HX-Request-Type": "partial"})
    assert "<html" not in shown
    assert "#service-desk" in shown


@pytest.mark.parametrize(
    ("state", "fields", "words"),
    [
        (OutboxState.PENDING, {}, "On its way"),
        (OutboxState.PENDING, {"is_test": True}, "Test on its way"),
        (OutboxState.DONE, {"arrived": True, "answer": "ok", "answered_at": "2026-01-01T00:00Z"}, "Arrived"),
        (OutboxState.FAILED, {"arrived": False, "answer": "It says: no_service.", "is_test": True}, "did not arrive"),
        (OutboxState.FAILED, {}, "Did not arrive"),
        (OutboxState.UNKNOWN, {}, "May have arrived"),
        (OutboxState.CANCELLED, {}, "Withdrawn"),
    ],
)
def test_page_says_what_became_of_the_last_post(
    state: str, fields: dict[str, Any], words: str, as_lead: Browser, channel: TeamChannel
) -> None:
    shown = said(channel, as_lead, state, **fields)
    assert words in shown
    assert "It broke." in shown


def test_page_takes_no_more_queries_for_more_channels(
    as_lead: Browser, lead: User, channel: TeamChannel, django_assert_max_num_queries: Any
) -> None:
    for other in [channel, *TeamChannelFactory.create_batch(5, team=lead.team, owner=lead)]:
        send_test(other, by=lead)
    with django_assert_max_num_queries(8):
        page(as_lead)


def test_new_channel_is_kept_and_gets_every_kind(as_lead: Browser, lead: User, kind: None) -> None:
    response = as_lead.post(f"{LIST}new/", TYPED | {"notices": [TO_CHANNELS.key]})
    made = TeamChannel.objects.get()
    assert response.headers["Location"] == LIST
    assert (made.team, made.owner, made.name, made.host, made.left_out) == (
        lead.team,
        lead,
        "#desk",
        "hooks.slack.com",
        [],
    )
    assert decrypt(made.webhook) == TYPED["webhook"]


def test_kind_that_is_not_ticked_is_left_out(as_lead: Browser, kind: None) -> None:
    as_lead.post(f"{LIST}new/", TYPED)
    assert TeamChannel.objects.get().left_out == [TO_CHANNELS.key]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"webhook": ""}, "Paste the address of the webhook."),
        ({"webhook": "http://hooks.slack.com/x"}, "begins with https://"),
        ({"webhook": "hooks.slack.com/x"}, "begins with https://"),
        ({"webhook": "https://me:pw@hooks.slack.com/x"}, "begins with https://"),
        ({"webhook": "https://outlook.office.com/webhook/1"}, "Microsoft has retired"),
        ({"webhook": "https://acme.webhook.office.com/webhookb2/1"}, "Microsoft has retired"),
        ({"medium": "email"}, "Select a valid choice"),
        ({"name": "#service-desk"}, "Choose another name"),
    ],
)
def test_wrong_input_is_refused_in_words_and_the_webhook_not_given_back(
    typed: dict[str, str], sentence: str, as_lead: Browser, channel: TeamChannel
) -> None:
    response = as_lead.post(f"{LIST}new/", TYPED | typed)
    shown = response.content.decode()
    assert response.status_code == 422
    assert sentence in shown
    assert "new-secret" not in shown
    assert TeamChannel.objects.count() == 1


def test_name_of_another_team_s_channel_is_free(as_lead: Browser) -> None:
    TeamChannelFactory(name="#desk")
    assert as_lead.post(f"{LIST}new/", TYPED).status_code == 302


def test_change_without_a_webhook_keeps_it(as_lead: Browser, channel: TeamChannel) -> None:
    as_lead.post(f"{LIST}{channel.pk}/", TYPED | {"webhook": "", "name": "#renamed"})
    channel.refresh_from_db()
    assert channel.name == "#renamed"
    assert decrypt(channel.webhook).endswith(SECRET)


def test_test_answers_with_the_list_where_it_is_on_its_way(as_lead: Browser, channel: TeamChannel) -> None:
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    response = as_lead.post(f"{LIST}{channel.pk}/test/", headers=headers)
    assert "Test on its way" in response.content.decode()
    assert Delivery.objects.get().is_test


@pytest.mark.parametrize(("on", "is_on"), [("yes", True), ("no", False)])
def test_switch_switches(on: str, is_on: bool, as_lead: Browser, channel: TeamChannel) -> None:
    as_lead.post(f"{LIST}{channel.pk}/switch/", {"on": on})
    channel.refresh_from_db()
    assert channel.is_on is is_on


def test_channel_that_was_switched_off_for_failing_says_so(as_lead: Browser, channel: TeamChannel) -> None:
    TeamChannel.objects.update(is_on=False, failures=3)
    assert "Switched off" in page(as_lead)


def test_remove_removes_it(as_lead: Browser, channel: TeamChannel) -> None:
    as_lead.post(f"{LIST}{channel.pk}/remove/")
    assert not TeamChannel.objects.exists()


@pytest.mark.parametrize("action", ["", "test/", "switch/", "remove/"])
def test_channel_of_another_team_is_not_found(action: str, as_lead: Browser) -> None:
    other = TeamChannelFactory()
    assert as_lead.post(f"{LIST}{other.pk}/{action}", TYPED).status_code == 404
    assert TeamChannel.objects.filter(pk=other.pk, is_on=True).exists()
