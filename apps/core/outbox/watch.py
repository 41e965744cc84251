"""The worker: a cluster of processes that do the work, and the loop that wakes and watches it."""

import logging
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone
from django_q.models import OrmQ

from apps.core.models import Lane, OutboxMessage, OutboxState, TeamQuerySet
from apps.core.outbox.jobs import wake_due_jobs
from apps.core.outbox.pauses import takable
from apps.core.outbox.queue import add_wake_up
from apps.core.outbox.run import STOP
from apps.core.supervisor import Child

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
STILL_LOOKS = 3  # in a row: between two rows nothing runs for a moment
LATE = timedelta(seconds=1)  # a row due for longer has no wake-up, or lost it
OFTEN, SELDOM = 2.0, 30.0  # seconds between two wake-ups of a lane by this loop, when they are taken and when not
STOP_SECONDS = 7.0  # for the rows at hand
COMMAND = [sys.executable, "-m", "django", "cluster"]
Say = Callable[[str], object]


class Sweeper:
    """Wakes the lanes whose rows nobody took: retries, rows of killed workers, lost wake-ups."""

    def __init__(self) -> None:
        self.woken = dict.fromkeys(Lane, -SELDOM)

    def sweep(self) -> None:
        for lane in Lane:
            if late(LATE).filter(lane=lane).exists():
                wait = SELDOM if unclaimed(LATE) else OFTEN
                if time.monotonic() >= self.woken[lane] + wait:
                    self.woken[lane] = time.monotonic()
                    add_wake_up(lane)


def late(age: timedelta) -> TeamQuerySet[OutboxMessage]:
    """Rows that somebody could have taken for so long."""
    return takable(timezone.now() - age)


def unclaimed(age: timedelta) -> bool:
    """Whether a wake-up has lain in the queue for so long: until it is taken, its lock is the time it came."""
    return bool(OrmQ.objects.filter(lock__lt=timezone.now() - age).exists())


def stands_still() -> bool:
    """The canary: work or wake-ups have been waiting for long, and nothing runs.

    Killed idle workers leave a cluster that looks alive and takes nothing.
    """
    age = timedelta(seconds=settings.RF_STILL_SECONDS)
    running = OutboxMessage.objects.filter(state=OutboxState.RUNNING, due_at__gt=timezone.now())
    return (late(age).exists() or unclaimed(age)) and not running.exists()


class Watch:
    """Runs one cluster until `stopping` is set."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.stopping = threading.Event()
        self.sweeper = Sweeper()
        self.cluster = Child(COMMAND)
        self.still = 0  # looks in a row at which it stood still

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stopping.set())
        try:
            self._start()
            while not self.stopping.wait(LOOK_SECONDS):
                self.look()
        finally:
            self._stop()

    def look(self) -> None:
        """One turn of the loop."""
        if self.cluster.ended():
            self._start_again("The cluster ended")
        try:
            self.sweeper.sweep()
            wake_due_jobs()
            self.still = self.still + 1 if stands_still() else 0
        except Error as error:
            log.warning("The database does not answer the worker: %s", error)
            connection.close()
            return
        if self.still >= STILL_LOOKS and self.cluster.age() > settings.RF_STILL_SECONDS:
            self.cluster.tell(signal.SIGKILL)
            self.cluster.join(STOP_SECONDS)
            self._start_again("The cluster took nothing")

    def _start_again(self, why: str) -> None:
        self.say(f"{why} and is started again.")
        self.stopping.wait(self.cluster.quick_exits)
        self._start()

    def _start(self) -> None:
        self.still = 0
        os.environ["RF_CLUSTER"] = str(secrets.randbits(31))
        self.cluster.start()

    def _stop(self) -> None:
        self.cluster.tell(STOP)
        self.cluster.interrupt()
        self.cluster.join(STOP_SECONDS)
