import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError
from django_q.models import OrmQ

from apps.core.models import Lane, OutboxMessage
from apps.core.outbox import Handler, emit, queue
from apps.core.outbox.registry import HANDLERS
from apps.teams.models import Team, User
from tests.factories.teams import TeamFactory


def handler(name: str, lane: Lane = Lane.QUICK) -> Handler:
    return Handler(name, "session.resolved", lambda message: None, None, lane, 10, 3, False)


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HANDLERS, "mail", handler("mail"))
    monkeypatch.setitem(HANDLERS, "brief", handler("brief", Lane.SLOW))


def test_emit_writes_a_row_for_each_handler_and_wakes_their_lanes(engineer: User, two: None) -> None:
    emit("session.resolved", "session:7", team=engineer.team, payload={"n": 1}, by=engineer)
    rows = OutboxMessage.objects.order_by("handler").values_list("key", "lane", "subject", "payload", "by_id")
    assert list(rows) == [
        ("session.resolved:session:7:brief", "slow", "session:7", {"n": 1}, engineer.pk),
        ("session.resolved:session:7:mail", "quick", "session:7", {"n": 1}, engineer.pk),
    ]
    assert sorted(task.task["args"] for task in OrmQ.objects.all()) == [("quick",), ("slow",)]


def test_emit_without_a_handler_writes_nothing(team: Team) -> None:
    emit("nobody.listens", "session:7", team=team)
    assert not OutboxMessage.objects.exists()
    assert not OrmQ.objects.exists()


def test_emit_of_the_same_event_twice_is_one_row(team: Team, two: None) -> None:
    for _ in range(2):
        emit("session.resolved", "session:7", team=team)
    assert OutboxMessage.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_emit_outside_a_transaction_is_refused(two: None) -> None:
    with pytest.raises(TransactionManagementError):
        emit("session.resolved", "session:7", team=TeamFactory())


@pytest.mark.django_db(transaction=True)
def test_emit_in_a_transaction_that_is_rolled_back_leaves_no_row_and_no_wake_up(two: None) -> None:
    team = TeamFactory()
    with transaction.atomic():
        emit("session.resolved", "session:7", team=team)
        transaction.set_rollback(True)
    assert not OutboxMessage.objects.exists()
    assert not OrmQ.objects.exists()


@pytest.mark.django_db
def test_wake_with_many_wake_ups_unclaimed_adds_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MOST_WAKE_UPS", 3)
    for _ in range(9):
        queue.wake(Lane.QUICK)
    assert OrmQ.objects.count() == 3
    queue.add_wake_up(Lane.SLOW)
    assert OrmQ.objects.count() == 4
