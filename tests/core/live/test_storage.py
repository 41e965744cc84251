from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_eventstream.storage import EventDoesNotExist
from django_eventstream.utils import get_storage

from apps.core.live import publish, trim_events
from apps.core.live.eventstream import MOST_REPLAYED, Storage
from apps.core.live.store import newest
from apps.core.models import LiveEvent

pytestmark = pytest.mark.django_db(transaction=True)


def tell(channel: str = "team-1") -> None:
    with transaction.atomic():
        publish(channel, "session-moved", {"id": 1042})


@pytest.fixture
def before() -> int:
    """The number of an event that was there before the test."""
    tell("team-0")
    return newest()


def told(last: int, limit: int = 100) -> list[int]:
    return [event.id for event in Storage().get_events("team-1", last, limit)]


def assert_begins_anew(last: int) -> None:
    with pytest.raises(EventDoesNotExist) as refused:
        told(last)
    assert refused.value.current_id == newest()


def test_storage_is_the_one_that_eventstream_uses() -> None:
    assert isinstance(get_storage(), Storage)


def test_get_events_tells_what_was_missed_in_order_and_nothing_of_other_channels(before: int) -> None:
    for channel in ("team-1", "team-2", "user-1", "team-1"):
        tell(channel)
    assert told(before) == [before + 1, before + 4]
    assert told(before + 1) == [before + 4]
    assert told(before + 4) == []
    [event] = Storage().get_events("user-1", before)
    assert (event.channel, event.type, event.data) == ("user-1", "session-moved", '{"id": 1042}')


def test_get_events_tells_no_more_than_it_is_asked_for(before: int) -> None:
    for _ in range(3):
        tell()
    assert told(before, limit=2) == [before + 1, before + 2]


def test_get_events_of_more_than_can_be_replayed_begins_anew(before: int) -> None:
    with transaction.atomic():
        rows = [LiveEvent(channel="team-1", name="x", data={}) for _ in range(MOST_REPLAYED + 1)]
        LiveEvent.objects.bulk_create(rows)
    assert_begins_anew(before)
    assert len(told(before + 1, MOST_REPLAYED)) == MOST_REPLAYED


def test_get_events_after_a_number_of_another_database_begins_anew(before: int) -> None:
    assert_begins_anew(before + 1)


def test_get_events_after_a_trimmed_number_begins_anew(before: int) -> None:
    for _ in range(3):
        tell()
    LiveEvent.objects.filter(number__lte=before + 2).update(created_at=timezone.now() - timedelta(days=2))
    assert trim_events() == 3
    assert_begins_anew(before + 1)
    assert told(before + 2) == [before + 3]
