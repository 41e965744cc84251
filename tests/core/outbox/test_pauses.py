from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.models import Lane, OutboxMessage, Pause
from apps.core.outbox import Busy, Doubt, Failed, Later, pauses
from apps.core.outbox.lease import claim
from apps.core.outbox.pauses import pausing
from apps.core.outbox.services import retry
from apps.core.outbox.watch import late
from tests.factories.outbox import OutboxMessageFactory
from tests.factories.teams import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every attempt has taken too long."""
    monkeypatch.setattr(pauses, "PATIENCE_SECONDS", -1)


def meet(error: Exception | None, side: str = "mail") -> None:
    try:
        with pausing(side):
            if error:
                raise error
    except (Later, Doubt, Failed):
        return


def seconds_left() -> int:
    return round((Pause.objects.get().ends_at - timezone.now()).total_seconds())


@pytest.mark.parametrize("error", [Later("Away."), Doubt("Cut off.")])
def test_attempts_that_take_long_in_vain_pause_the_side_for_longer_each_time(impatient: None, error: Exception) -> None:
    waits = []
    for _ in range(6):
        meet(error)
        waits.append(seconds_left())
    assert waits == [10, 20, 40, 80, 120, 120]


@pytest.mark.parametrize("error", [Later("Away."), Doubt("Cut off."), Failed("Refused."), None])
def test_quick_attempts_pause_nothing(error: Exception | None) -> None:
    meet(error)
    assert not Pause.objects.exists()


def test_long_refusal_or_a_row_without_a_side_pauses_nothing(impatient: None) -> None:
    meet(Failed("Refused."))
    meet(Later("Away."), side="")
    assert not Pause.objects.exists()


@pytest.mark.parametrize(("asked", "waits"), [(None, 10), (300, 300), (86_400, 3600)])
def test_side_that_asks_for_a_pause_has_it(asked: float | None, waits: int) -> None:
    meet(Busy("Too many calls.", asked))
    assert seconds_left() == waits


def test_attempt_that_works_ends_the_pause(impatient: None) -> None:
    meet(Later("Away."))
    meet(Later("Away."), side="psa:3")
    meet(None)
    assert Pause.objects.get().side == "psa:3"


def test_row_that_a_person_tries_again_does_not_wait_for_the_end_of_the_pause(impatient: None) -> None:
    row = OutboxMessageFactory(side="mail", state="failed")
    meet(Later("Away."))
    retry(row, by=UserFactory(team=row.team))
    assert claim(Lane.QUICK) == row


def test_rows_of_a_paused_side_are_late_only_when_nobody_took_them_after_it(impatient: None) -> None:
    OutboxMessageFactory(side="mail", due_at=timezone.now() - timedelta(hours=1))
    meet(Later("Away."))
    assert not late(timedelta(seconds=30)).exists()
    Pause.objects.update(ends_at=timezone.now() - timedelta(seconds=20))
    assert not late(timedelta(seconds=30)).exists()
    assert late(timedelta(seconds=10)).get() == OutboxMessage.objects.get()
