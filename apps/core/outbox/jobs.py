"""Periodic jobs: `@every(seconds)` on a function of a handlers.py.

The worker's loop moves a job's time on and wakes it through the cluster, so that a job that hangs or kills its
process harms neither the loop nor its own next period. A period that passed while no worker ran is run once.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from apps.core.models import Job
from apps.core.outbox.broker import LOST
from apps.core.outbox.limit import dies_after

log = logging.getLogger(__name__)
SECONDS = 60  # that one run may take

Run = Callable[[], object]
JOBS: dict[str, tuple[timedelta, Run]] = {}


def every(seconds: int) -> Callable[[Run], Run]:
    """Run the function at most once in so many seconds in the whole installation, by its dotted name."""

    def register(run: Run) -> Run:
        JOBS[f"{run.__module__}.{run.__name__}"] = (timedelta(seconds=seconds), run)
        return run

    return register


def wake_due_jobs() -> None:
    """Wake every job whose time has come, and move its time on; of several loops one wins."""
    now = timezone.now()
    times = dict(Job.objects.values_list("name", "due_at"))
    Job.objects.bulk_create([Job(name=name, due_at=now) for name in JOBS.keys() - times.keys()], ignore_conflicts=True)
    for name in JOBS:
        if times.get(name, now) <= now:
            _wake(name, now)


def _wake(name: str, now: datetime) -> None:
    period, _ = JOBS[name]
    with transaction.atomic():
        if Job.objects.filter(name=name, due_at__lte=now).update(due_at=now + period):
            async_task("apps.core.outbox.jobs.run_job", name)


def run_job(name: str) -> None:
    """Run it here and now, and note that it came to its end. The target of a job's wake-up."""
    _, run = JOBS[name]
    try:
        with dies_after(SECONDS):
            run()
        Job.objects.filter(name=name).update(ran_at=timezone.now())
    except LOST as error:
        log.warning("The database was lost, and %s with it until its next time: %s", name, error)
