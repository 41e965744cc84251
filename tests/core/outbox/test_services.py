from collections.abc import Callable

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from apps.core.models import OutboxMessage, OutboxState
from apps.core.outbox.services import TooLate, cancel, mark_arrived, retry, withdraw_rows
from apps.teams.models import User
from tests.factories.outbox import OutboxMessageFactory

STUCK = [OutboxState.FAILED, OutboxState.UNKNOWN]
OTHERS = [state for state in OutboxState if state not in STUCK]


def row(by: User, **fields: object) -> OutboxMessage:
    return OutboxMessageFactory(team=by.team, **fields)


@pytest.mark.parametrize("state", STUCK)
def test_retry_of_a_stuck_row_begins_anew(lead: User, state: OutboxState) -> None:
    message = row(lead, state=state, attempts=8, sent_at=timezone.now(), finished_at=timezone.now())
    retry(message, by=lead)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.sent_at) == (OutboxState.PENDING, 0, None)
    assert (message.finished_at, message.handled_by) == (None, lead)
    assert OrmQ.objects.count() == 1


@pytest.mark.parametrize(("state", "asks"), [(OutboxState.UNKNOWN, True), (OutboxState.FAILED, False)])
def test_retry_where_the_other_side_can_be_asked_keeps_the_doubt(
    lead: User, handle: Callable[..., None], state: OutboxState, asks: bool
) -> None:
    handle(lambda message: None, ask=lambda message: None)
    message = row(lead, state=state, sent_at=timezone.now())
    retry(message, by=lead)
    message.refresh_from_db()
    assert bool(message.sent_at) is asks


def test_mark_arrived_of_an_unknown_row_is_done(lead: User) -> None:
    message = row(lead, state=OutboxState.UNKNOWN)
    mark_arrived(message, by=lead)
    message.refresh_from_db()
    assert (message.state, message.handled_by) == (OutboxState.DONE, lead)


@pytest.mark.parametrize("decide", [retry, mark_arrived])
@pytest.mark.parametrize("state", OTHERS)
def test_decision_on_a_row_that_is_not_stuck_is_too_late(
    lead: User, decide: Callable[..., None], state: OutboxState
) -> None:
    message = row(lead, state=state)
    with pytest.raises(TooLate):
        decide(message, by=lead)
    message.refresh_from_db()
    assert (message.state, message.handled_by) == (state, None)


@pytest.mark.parametrize(
    ("state", "sent", "works"),
    [
        (OutboxState.PENDING, False, True),
        (OutboxState.PENDING, True, True),
        (OutboxState.RUNNING, False, True),
        (OutboxState.RUNNING, True, False),
        (OutboxState.FAILED, False, True),
        (OutboxState.UNKNOWN, True, True),
        (OutboxState.DONE, True, False),
    ],
)
def test_cancel_works_unless_something_is_on_its_way_or_done(
    lead: User, state: OutboxState, sent: bool, works: bool
) -> None:
    message = row(lead, state=state, sent_at=timezone.now() if sent else None)
    if works:
        cancel(message, by=lead)
    else:
        with pytest.raises(TooLate):
            cancel(message, by=lead)
    message.refresh_from_db()
    assert message.state == (OutboxState.CANCELLED if works else state)


def test_withdraw_rows_cancels_what_of_the_team_is_not_done(lead: User, outsider: User) -> None:
    now = timezone.now()
    gone = [
        row(lead, subject="delivery:1"),
        row(lead, subject="delivery:1", sent_at=now),
        row(lead, subject="delivery:2", state=OutboxState.RUNNING),
        row(lead, subject="delivery:2", state=OutboxState.RUNNING, sent_at=now),
        row(lead, subject="delivery:2", state=OutboxState.UNKNOWN, sent_at=now),
        row(lead, subject="delivery:2", state=OutboxState.FAILED),
    ]
    row(lead, subject="delivery:2", state=OutboxState.DONE)
    row(lead, subject="delivery:3")
    row(outsider, subject="delivery:1")
    assert withdraw_rows(["delivery:1", "delivery:2"], team=lead.team) == len(gone)
    assert set(OutboxMessage.objects.filter(state=OutboxState.CANCELLED)) == set(gone)
