import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.core.live import cut_streams, publish, trim_events
from apps.core.live.store import BUS, newest
from apps.core.models import LiveEvent

pytestmark = pytest.mark.django_db(transaction=True)


def said(act: Any) -> list[Any]:
    """What PostgreSQL tells a listener of another connection about the act."""
    where = {**connection.get_connection_params(), "autocommit": True}
    with psycopg.connect(**where) as other:
        other.execute(f"LISTEN {BUS}")
        act()
        return [json.loads(notice.payload) for notice in other.notifies(timeout=0.2)]


def tell(channel: str = "team-1", **data: Any) -> None:
    with transaction.atomic():
        publish(channel, "session-moved", data)


@pytest.fixture
def before() -> int:
    """The number of an event that was there before the test."""
    tell("team-0")
    return newest()


def test_publish_tells_when_the_change_commits(before: int) -> None:
    assert said(lambda: tell(id=1042)) == [["team-1", before + 1, "session-moved", '{"id": 1042}']]
    assert list(LiveEvent.objects.filter(number__gt=before).values_list("number", "channel", "name", "data")) == [
        (before + 1, "team-1", "session-moved", {"id": 1042})
    ]


def test_publish_of_a_rolled_back_change_leaves_no_row_and_no_word() -> None:
    def act() -> None:
        with transaction.atomic():
            publish("team-1", "session-moved", {"id": 1042})
            transaction.set_rollback(True)

    assert said(act) == []
    assert not LiveEvent.objects.exists()


def test_trim_keeps_the_newest_event_so_that_pages_know_where_they_stand() -> None:
    tell()
    LiveEvent.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert trim_events() == 0


def test_publish_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        publish("team-1", "session-moved", {})


def test_publish_of_more_than_ids_is_refused() -> None:
    with transaction.atomic(), pytest.raises(ValueError, match="An event carries ids"):
        publish("team-1", "session-moved", {"text": "x" * 1000})


def test_publish_costs_one_statement(django_assert_num_queries: Any) -> None:
    with transaction.atomic(), django_assert_num_queries(1):
        publish("team-1", "session-moved", {})


def test_cut_streams_tells_every_process_when_it_commits() -> None:
    assert said(lambda: cut_streams(7)) == [{"cut": 7}]


@pytest.fixture
def other() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(**connection.get_connection_params()) as other:
        yield other


def test_numbers_are_in_the_order_of_the_commits_and_writers_do_not_wait(
    other: psycopg.Connection[Any], before: int
) -> None:
    other.execute(
        "INSERT INTO core_liveevent (channel, name, data, created_at) VALUES ('team-1', 'first begun', '{}', now())"
    )
    tell()
    assert newest() == before + 1
    other.commit()
    later = LiveEvent.objects.filter(number__gt=before).order_by("number")
    assert [event.name for event in later] == ["session-moved", "first begun"]
