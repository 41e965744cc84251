"""A connection's calls: their pace, and its pauses, whoever calls."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.psa.errors import RateLimited
from apps.psa.line import AT_A_STRETCH
from apps.psa.models import Connection
from tests.psa.providers.connectwise_house import ConnectWiseHouse, connectwise_house

__all__ = ["connectwise_house"]
pytestmark = pytest.mark.django_db


def test_pause_that_another_process_was_asked_for_is_kept(connectwise_house: ConnectWiseHouse) -> None:
    psa, number = connectwise_house.psa, connectwise_house.new_ticket()
    Connection.objects.update(resumes_at=timezone.now() + timedelta(seconds=60))
    with pytest.raises(RateLimited) as raised:
        psa.get_ticket(number)
    assert 50 < (raised.value.seconds or 0) <= 60
    assert connectwise_house.fake.asked == []


def test_calls_take_turns_at_the_pace_that_is_set(connectwise_house: ConnectWiseHouse, settings: Settings) -> None:
    settings.RF_PSA_CALLS_A_MINUTE = 12
    house, number, connection = connectwise_house, connectwise_house.new_ticket(), connectwise_house.connection
    with pytest.raises(RateLimited) as raised:
        house.psa.get_ticket(number)
    assert 2 < (raised.value.seconds or 0) <= 5
    assert len(house.fake.asked) == 1
    connection.refresh_from_db()
    assert timezone.now() < connection.resumes_at <= timezone.now() + timedelta(seconds=5)


def test_few_calls_at_a_stretch_need_not_wait_after_a_silence(
    connectwise_house: ConnectWiseHouse, settings: Settings
) -> None:
    settings.RF_PSA_CALLS_A_MINUTE = 12
    Connection.objects.update(resumes_at=timezone.now() - timedelta(hours=1))
    for _ in range(AT_A_STRETCH):  # the first one asks where the API is, too
        connectwise_house.psa.list_boards()
    with pytest.raises(RateLimited):
        connectwise_house.psa.list_boards()
    assert len(connectwise_house.fake.asked) == AT_A_STRETCH + 1
