import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone
from django_q.models import OrmQ

from apps.core.models import Lane, OutboxMessage, OutboxState
from apps.core.outbox import watch
from apps.core.outbox.queue import add_wake_up
from apps.core.outbox.watch import Sweeper, Watch, stands_still
from apps.teams.models import Team
from tests.factories.outbox import OutboxMessageFactory

SLEEPER = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]


def ago(seconds: float) -> timedelta:
    return timezone.now() - timedelta(seconds=seconds)


def lanes() -> list[str]:
    return [task.task["args"][0] for task in OrmQ.objects.order_by("id")]


def test_sweep_wakes_a_lane_whose_rows_nobody_took(team: Team) -> None:
    sweeper = Sweeper()
    OutboxMessageFactory(team=team)
    OutboxMessageFactory(team=team, lane=Lane.SLOW, due_at=ago(3), state=OutboxState.RUNNING)
    OutboxMessageFactory(team=team, due_at=ago(3), state=OutboxState.FAILED)
    sweeper.sweep()
    assert lanes() == ["slow"]


def test_sweep_of_rows_that_stay_untaken_makes_no_storm(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(watch.time, "monotonic", lambda: now)
    sweeper = Sweeper()
    OutboxMessageFactory(team=team, due_at=ago(3))
    for _ in range(120):
        sweeper.sweep()
        OrmQ.objects.update(lock=ago(5))
        now += 1
    assert 3 <= OrmQ.objects.count() <= 6


def test_sweep_while_wake_ups_are_taken_wakes_often(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(watch.time, "monotonic", lambda: now)
    sweeper = Sweeper()
    OutboxMessageFactory(team=team, due_at=ago(3))
    for _ in range(10):
        sweeper.sweep()
        now += 1
    assert OrmQ.objects.count() == 5


def test_sweep_once_all_processes_are_free_again_wakes_at_once(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(watch.time, "monotonic", lambda: now)
    sweeper = Sweeper()
    OutboxMessageFactory(team=team, due_at=ago(3))
    for _ in range(8):
        sweeper.sweep()
        OrmQ.objects.update(lock=ago(5))
        now += 1
    assert OrmQ.objects.count() == 1
    OrmQ.objects.all().delete()
    sweeper.sweep()
    assert OrmQ.objects.count() == 1


@pytest.mark.django_db
def test_stands_still_with_nothing_to_do_is_false() -> None:
    assert not stands_still()


def test_stands_still_once_a_row_waits_for_long_and_nothing_runs(team: Team) -> None:
    row = OutboxMessageFactory(team=team, due_at=ago(settings.RF_STILL_SECONDS - 3))
    assert not stands_still()
    OutboxMessage.objects.filter(pk=row.pk).update(due_at=ago(40))
    assert stands_still()
    OutboxMessageFactory(team=team, state=OutboxState.RUNNING, due_at=ago(-5))
    assert not stands_still()


@pytest.mark.django_db
def test_stands_still_once_a_wake_up_lies_unclaimed_for_long() -> None:
    add_wake_up(Lane.QUICK)
    assert not stands_still()
    OrmQ.objects.update(lock=ago(40))
    assert stands_still()


@pytest.fixture
def watching(monkeypatch: pytest.MonkeyPatch, db: None):
    """A watch over a process that only sleeps, and what it said."""
    monkeypatch.setattr(watch, "COMMAND", SLEEPER)
    said: list[str] = []
    watching = Watch(say=said.append)
    watching._start()
    yield watching, said
    watching.cluster.tell(signal.SIGKILL)
    watching.cluster.join(5)


def test_look_at_a_cluster_that_ended_starts_it_again(watching) -> None:
    watch, said = watching
    first = watch.cluster.process
    first.kill()
    first.wait()
    watch.stopping.set()  # no pause before a restart
    watch.look()
    assert said == ["The cluster ended and is started again."]
    assert watch.cluster.process.poll() is None


def test_look_at_a_cluster_that_takes_nothing_starts_it_anew(watching, team: Team) -> None:
    watch, said = watching
    OutboxMessageFactory(team=team, due_at=ago(40))
    look_often(watch)
    assert said == []  # it is young, and may yet begin
    first = watch.cluster.process
    watch.cluster.started = time.monotonic() - 31
    watch.look()
    assert said == ["The cluster took nothing and is started again."]
    assert first.poll() == -signal.SIGKILL


def test_look_between_two_rows_of_a_cluster_that_is_at_work_lets_it_be(watching, team: Team) -> None:
    watch, said = watching
    watch.cluster.started = time.monotonic() - 31
    OutboxMessageFactory(team=team, due_at=ago(40))
    for _ in range(3):
        watch.look()
        at_work = OutboxMessageFactory(team=team, state=OutboxState.RUNNING, due_at=ago(-5))
        watch.look()
        at_work.delete()
    assert said == []


def look_often(watching: Watch) -> None:
    for _ in range(watch.STILL_LOOKS):
        watching.look()


def test_look_while_the_database_is_away_says_so_and_goes_on(watching, monkeypatch, caplog) -> None:
    watch, said = watching

    def away() -> None:
        raise OperationalError("no server")

    monkeypatch.setattr(watch.sweeper, "sweep", away)
    watch.look()
    assert said == []
    assert "The database does not answer the worker: no server" in caplog.text


def test_work_that_hangs_longer_than_its_limit_ends_its_process() -> None:
    code = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'resolutionflow.settings'; import django; django.setup()\n"
        "import threading; from apps.core.outbox.limit import dies_after\n"
        "with dies_after(60): pass\n"
        "with dies_after(0.1): threading.Event().wait()"
    )
    process = subprocess.run([sys.executable, "-c", code], check=False)
    assert process.returncode == -signal.SIGALRM
