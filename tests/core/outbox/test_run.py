from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError, connections
from django.utils import timezone
from django_q.models import OrmQ

from apps.core.models import Lane, LiveEvent, OutboxMessage, OutboxState
from apps.core.outbox import Doubt, Dropped, Failed, Later, mark_sent
from apps.core.outbox import run as running
from apps.core.outbox.lease import claim
from apps.core.outbox.services import withdraw_rows
from tests.factories.outbox import OutboxMessageFactory

Handle = Callable[..., None]
Attempt = Callable[[OutboxMessage], OutboxMessage]
SENT: list[str] = []


@pytest.fixture(autouse=True)
def nothing_sent() -> None:
    SENT.clear()


def send(message: OutboxMessage) -> str:
    mark_sent(message)
    SENT.append(message.key)
    return "their-7"


def raising(error: Exception, *, sent: bool = False) -> Callable[[OutboxMessage], None]:
    def run(message: OutboxMessage) -> None:
        if sent:
            mark_sent(message)
        raise error

    return run


def test_run_that_works_is_done_with_the_other_sides_id(message, handle: Handle, attempt: Attempt) -> None:
    handle(send)
    attempt(message)
    assert (message.state, message.external_id, message.lease_owner) == (OutboxState.DONE, "their-7", "")
    assert message.finished_at
    assert LiveEvent.objects.get().data == {"id": "session:1"}


def test_run_without_a_handler_fails_with_a_sentence(message, attempt: Attempt) -> None:
    OutboxMessage.objects.update(handler="nobody")
    message.refresh_from_db()
    assert attempt(message).state == OutboxState.FAILED
    assert message.error == "This version of the program does not know how to do this."


def test_run_that_failed_stops_at_once(message, handle: Handle, attempt: Attempt) -> None:
    handle(raising(Failed("The address is wrong.")))
    assert (attempt(message).state, message.error) == (OutboxState.FAILED, "The address is wrong.")


def test_run_that_need_not_be_done_is_cancelled_and_asks_nobody_for_a_hand(message, handle, attempt) -> None:
    handle(raising(Dropped("The channel is switched off.")))
    assert (attempt(message).state, message.error) == (OutboxState.CANCELLED, "The channel is switched off.")
    assert message.finished_at is not None


def test_run_that_is_put_off_waits_twice_as_long_each_time_and_fails_in_the_end(
    message, handle: Handle, attempt: Attempt
) -> None:
    handle(raising(Later("Busy."), sent=True), attempts=4)
    waits = []
    for _ in range(3):
        attempt(message)
        waits.append(round((message.due_at - timezone.now()).total_seconds()))
        assert (message.state, message.sent_at, message.error) == (OutboxState.PENDING, None, "Busy.")
    assert waits == [5, 10, 20]
    assert attempt(message).state == OutboxState.FAILED


def test_run_that_is_put_off_by_the_other_side_waits_as_long_as_it_said(message, handle, attempt) -> None:
    handle(raising(Later("Busy.", seconds=300)))
    attempt(message)
    assert message.due_at > timezone.now() + timedelta(seconds=290)


def test_run_put_off_often_waits_an_hour_at_most(message, handle, attempt) -> None:
    handle(raising(Later("Busy.")), attempts=99)
    OutboxMessage.objects.update(attempts=60)
    attempt(message)
    assert timezone.now() + timedelta(minutes=59) < message.due_at < timezone.now() + timedelta(minutes=61)


def test_run_in_doubt_where_nobody_can_be_asked_is_unknown_at_once(message, handle, attempt) -> None:
    handle(raising(Doubt("No answer."), sent=True))
    assert (attempt(message).state, message.error) == (OutboxState.UNKNOWN, "No answer.")


def test_run_after_a_crash_where_nobody_can_be_asked_sends_nothing_again(message, handle, attempt) -> None:
    handle(send)
    OutboxMessage.objects.update(sent_at=timezone.now(), attempts=1)
    assert (attempt(message).state, SENT) == (OutboxState.UNKNOWN, [])


def test_run_after_a_crash_asks_first_and_believes_the_answer(message, handle, attempt) -> None:
    handle(send, ask=lambda message: "their-3")
    OutboxMessage.objects.update(sent_at=timezone.now(), attempts=1)
    assert (attempt(message).state, message.external_id, SENT) == (OutboxState.DONE, "their-3", [])


def test_run_after_a_crash_sends_when_the_other_side_has_nothing(message, handle, attempt) -> None:
    handle(send, ask=lambda message: None)
    OutboxMessage.objects.update(sent_at=timezone.now(), attempts=1)
    assert (attempt(message).state, SENT) == (OutboxState.DONE, [message.key])


def test_run_whose_question_does_not_get_through_stays_in_doubt(message, handle, attempt) -> None:
    handle(send, ask=raising(Later("Away.")), attempts=3)
    OutboxMessage.objects.update(sent_at=timezone.now(), attempts=1)
    assert (attempt(message).state, message.error, SENT) == (OutboxState.PENDING, "Away.", [])
    assert message.sent_at
    assert attempt(message).state == OutboxState.UNKNOWN


def test_run_after_a_crash_with_a_key_sends_the_second_copy(message, handle, attempt) -> None:
    handle(send, resend=True)
    OutboxMessage.objects.update(sent_at=timezone.now(), attempts=1)
    assert (attempt(message).state, SENT) == (OutboxState.DONE, [message.key])


def test_run_with_a_key_that_is_refused_now_keeps_the_doubt_of_before(message, handle, attempt) -> None:
    handle(raising(Later("Busy."), sent=True), resend=True, attempts=2)
    before = timezone.now()
    OutboxMessage.objects.update(sent_at=before, attempts=1)
    assert (attempt(message).state, message.sent_at) == (OutboxState.UNKNOWN, before)


@pytest.mark.parametrize(("sent", "state"), [(False, OutboxState.PENDING), (True, OutboxState.UNKNOWN)])
def test_run_that_breaks_is_tried_again_unless_something_may_have_arrived(
    message, handle, attempt, sent: bool, state: OutboxState
) -> None:
    handle(raising(ZeroDivisionError(), sent=sent))
    assert (attempt(message).state, message.error) == (state, "Something went wrong on our side.")


def test_run_begun_too_often_without_an_end_fails(message, handle, attempt) -> None:
    handle(send, attempts=3)
    OutboxMessage.objects.update(attempts=3)
    assert (attempt(message).state, SENT) == (OutboxState.FAILED, [])
    assert message.error == "It was begun several times and never came to an end."


def test_run_cancelled_before_the_call_sends_nothing(message, handle, attempt) -> None:
    def run(message: OutboxMessage) -> str:
        assert withdraw_rows(["session:1"], team=message.team) == 1
        return send(message)

    handle(run)
    assert (attempt(message).state, SENT) == (OutboxState.CANCELLED, [])


def test_run_withdrawn_after_the_call_began_goes_on_and_its_end_is_noted(message, handle, attempt) -> None:
    def run(message: OutboxMessage) -> str:
        send(message)
        assert withdraw_rows(["session:1"], team=message.team) == 1
        return "their-7"

    handle(run)
    done = attempt(message)
    assert (done.state, done.external_id) == (OutboxState.DONE, "their-7")


@pytest.mark.parametrize("error", [Doubt("cut off"), Later("busy"), Failed("refused"), KeyError("ours")])
def test_run_withdrawn_while_it_is_sent_is_never_sent_again(message, handle, attempt, error: Exception) -> None:
    def run(message: OutboxMessage) -> str:
        send(message)
        withdraw_rows(["session:1"], team=message.team)
        raise error

    handle(run, resend=True)
    assert attempt(message).state == OutboxState.CANCELLED
    assert claim(Lane.QUICK) is None


def test_run_that_loses_the_database_leaves_the_row_to_its_lease(message, handle, attempt) -> None:
    handle(raising(OperationalError("gone")))
    with pytest.raises(OperationalError):
        attempt(message)
    message.refresh_from_db()
    assert (message.state, message.error) == (OutboxState.RUNNING, "")


def test_drain_that_loses_the_database_ends_without_a_fault(message, handle) -> None:
    handle(raising(OperationalError("gone")))
    running.drain("quick")
    message.refresh_from_db()
    assert message.state == OutboxState.RUNNING  # until its lease ends


def test_drain_takes_all_that_is_due_in_its_lane(team, message, handle) -> None:
    handle(send)
    OutboxMessageFactory(team=team)
    slow = OutboxMessageFactory(team=team, lane=Lane.SLOW)
    running.drain("quick")
    assert len(SENT) == 2
    running.drain("slow")
    assert SENT[2:] == [slow.key]
    assert not OrmQ.objects.exists()


def test_drain_serves_the_sides_in_turn(team, handle) -> None:
    handle(send)
    rows = [
        OutboxMessageFactory(team=team, side=side) for side in ("psa:1", "psa:1", "psa:1", "psa:2", "psa:3", "psa:2")
    ]
    running.drain("quick")
    assert [rows[number].key for number in (0, 3, 4, 1, 5, 2)] == SENT


def test_drain_whose_turn_is_over_leaves_the_rest_to_another_wake_up(
    team, message, handle, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle(send)
    OutboxMessageFactory(team=team)
    monkeypatch.setattr(running, "TURN_SECONDS", -1)
    running.drain("quick")
    assert (len(SENT), OrmQ.objects.count()) == (1, 1)


def test_drain_of_a_stopping_cluster_takes_nothing(message, handle) -> None:
    handle(send)
    running.stopping.set()
    try:
        running.drain("quick")
    finally:
        running.stopping.clear()
    assert SENT == []


def test_drain_of_the_slow_lane_takes_one_worker_of_a_cluster(team, handle, monkeypatch) -> None:
    handle(send)
    row = OutboxMessageFactory(team=team, lane=Lane.SLOW)
    with connections.create_connection("default").cursor() as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [running.SLOW_LANE, running.CLUSTER])
        running.drain("slow")
        assert SENT == []
        monkeypatch.setattr(running, "CLUSTER", running.CLUSTER + 1)
        running.drain("slow")
        other.connection.close()
    assert [row.key] == SENT


def test_worker_is_gone_before_its_lease_ends(message) -> None:
    claimed = running.claim(Lane.QUICK)
    assert 0 < running.seconds_left(claimed) < (claimed.due_at - timezone.now()).total_seconds()
