from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from django_q.models import OrmQ, Task

from apps.core import handlers
from apps.core.models import Job, OutboxMessage, OutboxState, Pause
from apps.core.outbox import jobs
from apps.core.outbox.jobs import JOBS, every, run_job, wake_due_jobs
from apps.teams.models import User
from tests.factories.outbox import OutboxMessageFactory

pytestmark = pytest.mark.django_db
NAME = f"{__name__}.<lambda>"


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One job an hour, which notes each run here."""
    monkeypatch.setattr(jobs, "JOBS", {})
    ran: list[int] = []
    every(3600)(lambda: ran.append(1))
    return ran


def test_job_is_woken_once_a_period(ran: list[int]) -> None:
    for _ in range(3):
        wake_due_jobs()
    assert [task.task["args"] for task in OrmQ.objects.all()] == [(NAME,)]
    Job.objects.update(due_at=timezone.now())
    wake_due_jobs()
    assert OrmQ.objects.count() == 2


def test_job_whose_periods_passed_unseen_is_woken_once(ran: list[int]) -> None:
    Job.objects.create(name=NAME, due_at=timezone.now() - timedelta(days=3))
    for _ in range(3):
        wake_due_jobs()
    assert OrmQ.objects.count() == 1
    assert Job.objects.get().due_at > timezone.now() + timedelta(minutes=59)


def test_job_of_which_another_loop_was_quicker_is_not_woken(ran: list[int]) -> None:
    now = timezone.now()
    Job.objects.create(name=NAME, due_at=now + timedelta(hours=1))
    jobs._wake(NAME, now)
    assert not OrmQ.objects.exists()


def test_run_job_notes_its_end(ran: list[int]) -> None:
    wake_due_jobs()
    run_job(NAME)
    assert ran == [1]
    assert Job.objects.get().ran_at


def test_run_job_that_breaks_notes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "JOBS", {})
    every(3600)(lambda: 1 / 0)
    wake_due_jobs()
    with pytest.raises(ZeroDivisionError):
        run_job(NAME)
    assert Job.objects.get().ran_at is None


def test_run_job_that_loses_the_database_says_so_in_a_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def loses() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(jobs, "JOBS", {})
    every(3600)(loses)
    wake_due_jobs()
    run_job(next(iter(jobs.JOBS)))
    assert Job.objects.get().ran_at is None
    (record,) = caplog.records
    assert "The database was lost" in record.getMessage()
    assert record.exc_info is None


def test_trim_outbox_keeps_what_is_young_or_stuck(engineer: User) -> None:
    old = timezone.now() - handlers.KEEP_ROWS - timedelta(minutes=1)
    kept = [
        OutboxMessageFactory(team=engineer.team, state=state, finished_at=at).pk
        for state, at in [
            (OutboxState.DONE, timezone.now()),
            (OutboxState.FAILED, old),
            (OutboxState.UNKNOWN, old),
            (OutboxState.PENDING, None),
        ]
    ]
    for state in (OutboxState.DONE, OutboxState.CANCELLED):
        OutboxMessageFactory(team=engineer.team, state=state, finished_at=old)
    handlers.trim_outbox()
    assert list(OutboxMessage.objects.order_by("id").values_list("pk", flat=True)) == kept


def test_trim_outbox_forgets_pauses_that_are_long_over() -> None:
    now = timezone.now()
    for days in (0, 8):
        Pause.objects.create(side=f"psa:{days}", ends_at=now - timedelta(days=days))
    handlers.trim_outbox()
    assert Pause.objects.get().side == "psa:0"


def test_trim_faults_keeps_the_young() -> None:
    now = timezone.now()
    for days in (0, 8):
        at = now - timedelta(days=days)
        Task.objects.create(id=f"t{days}", name="t", func="f", started=at, stopped=at, success=False)
    handlers.trim_faults()
    assert Task.objects.get().id == "t0"


def test_every_job_of_ours_runs(db: None) -> None:
    ours = [name for name in JOBS if name.startswith("apps.core.")]
    Job.objects.bulk_create(Job(name=name, due_at=timezone.now()) for name in ours)
    for name in ours:
        run_job(name)
    assert ours
    assert not Job.objects.filter(ran_at=None).exists()
