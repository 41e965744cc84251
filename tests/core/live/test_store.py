import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.core.live import cut_streams, publish, trim_events
from apps.core.live.store import BUS, MOST_REPLAYED, RESET, Message, events_after, newest
from apps.core.models import LiveChannel, LiveEvent

DATABASE = pytest.mark.django_db(transaction=True)


def said(act: Any) -> list[Any]:
    """What PostgreSQL tells a listener of another connection about the act."""
    where = {**connection.get_connection_params(), "autocommit": True}
    with psycopg.connect(**where) as other:
        other.execute(f"LISTEN {BUS}")
        act()
        return [json.loads(notice.payload) for notice in other.notifies(timeout=0.2)]


@DATABASE
def test_publish_tells_when_the_change_commits() -> None:
    def act() -> None:
        with transaction.atomic():
            publish("team-1", "session", {"id": 1042})

    assert said(act) == [["team-1", 1, "session", '{"id":1042}']]
    assert events_after({"team-1": 0}) == [Message("team-1", 1, "session", '{"id":1042}')]


@DATABASE
def test_publish_of_a_rolled_back_change_leaves_no_row_and_no_word() -> None:
    def act() -> None:
        with transaction.atomic():
            publish("team-1", "session", {"id": 1042})
            transaction.set_rollback(True)

    assert said(act) == []
    assert not LiveEvent.objects.exists()
    assert newest(["team-1"]) == {"team-1": 0}


@DATABASE
def test_publish_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        publish("team-1", "session", {})


@DATABASE
def test_cut_streams_tells_every_process_when_it_commits() -> None:
    assert said(lambda: cut_streams(7)) == [{"cut": 7}]


@pytest.mark.django_db
def test_publish_costs_one_statement_and_counts_each_channel_by_itself(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        for channel in ("user-1", "team-1", "team-1"):
            publish(channel, "session", {})
    assert newest(["team-1", "user-1", "team-2"]) == {"team-1": 2, "user-1": 1, "team-2": 0}


@pytest.mark.django_db
def test_publish_of_more_than_ids_is_refused() -> None:
    with pytest.raises(ValueError, match="An event carries ids"):
        publish("team-1", "session", {"text": "x" * 1000})


def publish_many(count: int) -> None:
    LiveChannel.objects.create(name="team-1", number=count)
    now = timezone.now()
    rows = (LiveEvent(channel="team-1", number=n, name="x", data={}, created_at=now) for n in range(1, count + 1))
    LiveEvent.objects.bulk_create(rows)


@pytest.mark.django_db
def test_events_after_tells_what_was_missed_in_order_and_nothing_of_other_channels() -> None:
    publish_many(5)
    publish("team-2", "x", {})
    assert [message.number for message in events_after({"team-1": 2})] == [3, 4, 5]
    assert events_after({"team-1": 5}) == []


@pytest.mark.django_db
@pytest.mark.parametrize("position", [0, MOST_REPLAYED + 9])
def test_events_after_a_position_too_far_away_begins_anew(position: int) -> None:
    publish_many(MOST_REPLAYED + 1)
    assert events_after({"team-1": position}) == [Message("team-1", MOST_REPLAYED + 1, RESET, "{}")]


@pytest.mark.django_db
def test_events_after_a_trimmed_position_begins_anew() -> None:
    publish_many(3)
    LiveEvent.objects.filter(number=2).update(created_at=timezone.now() - timedelta(days=2))
    assert trim_events() == 1
    assert events_after({"team-1": 1}) == [Message("team-1", 3, RESET, "{}")]
    assert [message.number for message in events_after({"team-1": 2})] == [3]
