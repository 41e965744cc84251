import subprocess
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.models import Lane, OutboxMessage, OutboxState, Pause
from apps.core.outbox import LeaseLost, lease, mark_sent
from apps.core.outbox.lease import claim, give_back
from apps.teams.models import Team
from tests.factories.outbox import OutboxMessageFactory

NOW = timezone.now


@pytest.fixture
def message(team: Team) -> OutboxMessage:
    return OutboxMessageFactory(team=team)


def test_claim_takes_the_row_due_longest_and_counts_the_attempt(message: OutboxMessage) -> None:
    older = OutboxMessageFactory(team=message.team, due_at=NOW() - timedelta(minutes=1))
    claimed = claim(Lane.QUICK)
    older.refresh_from_db()
    assert claimed == older
    assert (older.state, older.attempts) == (OutboxState.RUNNING, 1)
    assert older.lease_owner
    assert older.due_at > NOW() + timedelta(seconds=10)


@pytest.mark.parametrize("state", [OutboxState.DONE, OutboxState.FAILED, OutboxState.UNKNOWN, OutboxState.CANCELLED])
def test_claim_of_a_row_that_came_to_an_end_takes_nothing(message: OutboxMessage, state: OutboxState) -> None:
    OutboxMessage.objects.update(state=state)
    assert claim(Lane.QUICK) is None


def test_claim_of_a_row_not_due_yet_or_of_another_lane_takes_nothing(message: OutboxMessage) -> None:
    assert claim(Lane.SLOW) is None
    OutboxMessage.objects.update(due_at=NOW() + timedelta(seconds=5))
    assert claim(Lane.QUICK) is None


def test_claim_of_a_running_row_waits_for_the_end_of_its_lease(message: OutboxMessage) -> None:
    first = claim(Lane.QUICK)
    assert claim(Lane.QUICK) is None
    OutboxMessage.objects.update(due_at=NOW())
    second = claim(Lane.QUICK)
    assert second.attempts == 2
    assert second.lease_owner != first.lease_owner


def test_claim_leaves_a_side_alone_to_which_its_cluster_speaks_already(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = OutboxMessageFactory.create_batch(2, team=team, side="mail")
    other = OutboxMessageFactory(team=team, side="psa:3")
    own = OutboxMessageFactory(team=team)
    assert [claim(Lane.QUICK) for _ in range(4)] == [first, other, own, None]
    monkeypatch.setattr(lease, "CLUSTER", lease.CLUSTER + 1)
    assert claim(Lane.QUICK) == second


def test_claim_after_a_process_was_killed_goes_on_with_its_side(team: Team) -> None:
    second = OutboxMessageFactory.create_batch(2, team=team, side="mail")[1]
    claim(Lane.QUICK)
    gone = subprocess.Popen(["true"])
    gone.wait()
    OutboxMessage.objects.filter(state=OutboxState.RUNNING).update(lease_owner=f"{lease.CLUSTER}-{gone.pid}-x")
    assert claim(Lane.QUICK) == second


def test_claim_after_the_end_of_a_lease_takes_that_row_before_another_of_its_side(team: Team) -> None:
    first = OutboxMessageFactory.create_batch(2, team=team, side="mail")[0]
    claim(Lane.QUICK)
    OutboxMessage.objects.filter(pk=first.pk).update(due_at=NOW() - timedelta(minutes=1))
    assert claim(Lane.QUICK) == first


def test_claim_of_a_paused_side_waits_for_the_end_of_its_pause(team: Team) -> None:
    row = OutboxMessageFactory(team=team, side="mail")
    pause = Pause.objects.create(side="mail", ends_at=NOW() + timedelta(seconds=5))
    assert claim(Lane.QUICK) is None
    pause.ends_at = NOW()
    pause.save()
    assert claim(Lane.QUICK) == row


def test_mark_sent_under_a_lease_is_kept(message: OutboxMessage) -> None:
    claimed = claim(Lane.QUICK)
    mark_sent(claimed)
    message.refresh_from_db()
    assert message.sent_at == claimed.sent_at is not None


@pytest.mark.parametrize(
    "change",
    [
        {"state": OutboxState.CANCELLED},
        {"lease_owner": "somebody else"},
        {"due_at": NOW()},
    ],
    ids=lambda change: next(iter(change)),
)
def test_mark_sent_without_the_lease_refuses(message: OutboxMessage, change: dict[str, object]) -> None:
    claimed = claim(Lane.QUICK)
    OutboxMessage.objects.update(**change)
    with pytest.raises(LeaseLost):
        mark_sent(claimed)
    message.refresh_from_db()
    assert message.sent_at is claimed.sent_at is None


def test_give_back_after_somebody_else_took_the_row_changes_nothing(message: OutboxMessage) -> None:
    claimed = claim(Lane.QUICK)
    OutboxMessage.objects.update(due_at=NOW())
    claim(Lane.QUICK)
    give_back(claimed, state=OutboxState.DONE)
    message.refresh_from_db()
    assert message.state == OutboxState.RUNNING
