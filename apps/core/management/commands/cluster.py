import os
import signal
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django_q.cluster import Cluster

from apps.core.outbox import run
from apps.core.supervisor import die_with_parent

KEEP_SECONDS = 600  # the broker looks ten times a second, and would open a connection each time


class Command(BaseCommand):
    """The whole tree dies with any process above it: a killed sentinel would leave workers that nobody feeds."""

    help = "The processes that do the work. Started by the worker command, which also watches them."

    def handle(self, *args: Any, **options: Any) -> None:
        die_with_parent(os.getppid(), signal.SIGKILL)
        forking: list[int] = []
        os.register_at_fork(
            before=lambda: forking.append(os.getpid()),
            after_in_parent=forking.clear,
            after_in_child=lambda: die_with_parent(forking.pop(), signal.SIGKILL),
        )
        signal.signal(run.STOP, lambda *_: run.stopping.set())
        connection.settings_dict["CONN_MAX_AGE"] = KEEP_SECONDS
        Cluster().start()
