"""What a wake-up starts: the due rows of a lane, one attempt each."""

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

from django.db import connection
from django.utils import timezone

from apps.core.models import Lane, OutboxMessage, OutboxState
from apps.core.outbox.broker import LOST
from apps.core.outbox.lease import CLUSTER, LeaseLost, claim, give_back, seconds_left
from apps.core.outbox.limit import dies_after
from apps.core.outbox.pauses import pausing
from apps.core.outbox.queue import wake
from apps.core.outbox.registry import HANDLERS, Doubt, Dropped, Failed, Handler, Later, Run

log = logging.getLogger(__name__)

TURN_SECONDS = 5  # one wake-up works this long and leaves the rest to the next
FIRST_WAIT = timedelta(seconds=5)  # doubles with every attempt
LONGEST_WAIT = timedelta(hours=1)
MOST_DOUBLINGS = 10
# Advisory lock of a cluster's slow lane: one of its workers holds it, and PostgreSQL lets go when that one dies.
SLOW_LANE = 0x5F10
STOP = signal.SIGUSR1  # tells a cluster's processes to finish the row at hand and to take no other
stopping = threading.Event()
SERVED: dict[Lane, set[str]] = {lane: set() for lane in Lane}


def drain(lane: str) -> None:
    """Run what is due in the lane. The target of every wake-up."""
    try:
        if _take_turn(Lane(lane)):
            wake(Lane(lane))
    except LOST as error:
        log.warning("The database was lost, and the row at hand with it until its lease ends: %s", error)


def _take_turn(lane: Lane) -> bool:
    if lane == Lane.QUICK:
        return _work(lane)
    with _slow_lane() as free:
        return free and _work(lane)


def _work(lane: Lane) -> bool:
    """Run rows until none is due or the turn is over; whether there may be more."""
    until = monotonic() + TURN_SECONDS
    while not stopping.is_set() and (message := _next(lane)):
        with dies_after(seconds_left(message)):
            run(message)
        if monotonic() > until:
            return True
    return False


def _next(lane: Lane) -> OutboxMessage | None:
    """The row due longest of a side that has not had its turn since the others had theirs: many rows to one side, or
    of one team's PSA, keep nobody waiting. Each process goes round for itself.
    """
    served = SERVED[lane]
    message = claim(lane, served)
    if message is None or message.side in served:
        served.clear()
    if message and message.side:
        served.add(message.side)
    return message


def run(message: OutboxMessage) -> None:
    """One attempt: ask the other side when an earlier one may have reached it, else do it; then note how it ended."""
    handler = HANDLERS.get(message.handler)
    if handler is None:
        return _finish(message, OutboxState.FAILED, error="This version of the program does not know how to do this.")
    if message.attempts > handler.attempts:
        return _give_up(message, message.error or "It was begun several times and never came to an end.")
    try:
        with pausing(message.side):
            external_id = _ask_or_do(handler, message)
    except LeaseLost:
        log.info("%s was taken away before anything was sent", message.key)
    except Dropped as dropped:
        _finish(message, OutboxState.CANCELLED, error=str(dropped))
    except Failed as failure:
        _finish(message, OutboxState.FAILED, error=str(failure))
    except (Later, Doubt) as delay:
        _retry(handler, message, str(delay), delay.seconds)
    except LOST:
        raise
    except Exception:
        log.exception("%s failed", message.key)
        _retry(handler, message, "Something went wrong on our side.")
    else:
        _finish(message, OutboxState.DONE, external_id=external_id or "", error="")


def _ask_or_do(handler: Handler, message: OutboxMessage) -> str | None:
    if message.sent_at is not None and not handler.resend:
        if handler.ask is None:
            raise Doubt("It was sent, and no answer came back. It may have arrived.")
        if external_id := _ask(handler.ask, message):
            return external_id
        message.sent_at = None
    earlier = message.sent_at
    try:
        return handler.run(message)
    except Later:
        message.sent_at = earlier  # nothing arrived this time
        raise


def _ask(ask: Run, message: OutboxMessage) -> str | None:
    try:
        return ask(message)
    except Later as delay:  # the question did not get through: what was sent before is still in doubt
        raise Doubt(str(delay), delay.seconds) from delay


def _retry(handler: Handler, message: OutboxMessage, error: str, seconds: float | None = None) -> None:
    """Back to the queue, later each time; a doubt that nobody can clear goes to a person at once."""
    hopeless = message.sent_at is not None and handler.ask is None and not handler.resend
    if hopeless or message.attempts >= handler.attempts:
        _give_up(message, error)
        return
    wait = min(FIRST_WAIT * 2 ** min(message.attempts - 1, MOST_DOUBLINGS), LONGEST_WAIT)
    due_at = timezone.now() + max(wait, timedelta(seconds=seconds or 0))
    give_back(message, state=OutboxState.PENDING, due_at=due_at, error=error)


def _give_up(message: OutboxMessage, error: str) -> None:
    _finish(message, OutboxState.UNKNOWN if message.sent_at else OutboxState.FAILED, error=error)


def _finish(message: OutboxMessage, state: OutboxState, *, error: str = "", external_id: str = "") -> None:
    give_back(message, state=state, error=error, external_id=external_id, finished_at=timezone.now())


@contextmanager
def _slow_lane() -> Iterator[bool]:
    """Whether this worker is the one of its cluster that takes slow rows now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [SLOW_LANE, CLUSTER])
        (free,) = cursor.fetchone()
    try:
        yield free
    finally:
        if free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [SLOW_LANE, CLUSTER])
