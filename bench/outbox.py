"""The outbox with one worker: how soon a row is begun, and how many get done."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from statistics import median, quantiles
from time import sleep

from django.db import transaction

from apps.core.models import OutboxMessage, OutboxState
from apps.core.outbox import emit
from apps.teams.models import User
from bench.measure import Table

ALONE, MANY = 60, 600
NUMBERS = count(1)


def measure(table: Table, by: User) -> None:
    table.head("Outbox, one worker of two processes")
    with worker():
        put(by)
        wait()
        seconds = [one_alone(by) for _ in range(ALONE)]
        table.row("row, enqueued to done, median", median(seconds) * 1000, 300, unit="ms")
        table.row("row, enqueued to done, p95", quantiles(seconds, n=20)[-1] * 1000, 1000, unit="ms")
        table.row("rows a second", rate(by), 30, least=True)


def put(by: User) -> None:
    with transaction.atomic():
        emit("bench.sent", f"bench:{next(NUMBERS)}", team=by.team, by=by)


def one_alone(by: User) -> float:
    """Seconds from the row's making to its end; a little more than to its start."""
    put(by)
    wait()
    row = OutboxMessage.objects.latest("id")
    return (row.finished_at - row.created_at).total_seconds()


def rate(by: User) -> float:
    for _ in range(MANY):
        put(by)
    wait()
    rows = OutboxMessage.objects.order_by("-id")[:MANY]
    spent: timedelta = max(row.finished_at for row in rows) - min(row.created_at for row in rows)
    return MANY / spent.total_seconds()


def wait() -> None:
    while OutboxMessage.objects.filter(topic="bench.sent").exclude(state=OutboxState.DONE).exists():
        sleep(0.02)


@contextmanager
def worker() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "manage.py", "worker"], env=os.environ)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(15)
