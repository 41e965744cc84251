"""Taking due rows and running them, each under a lease."""

import logging
import os
from datetime import timedelta
from secrets import token_hex
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.core.models import Lane, OutboxMessage, OutboxState
from apps.core.outbox.queue import wake
from apps.core.outbox.registry import HANDLERS, Doubt, Failed, Handler, Later, seconds_of

log = logging.getLogger(__name__)

TURN_SECONDS = 15  # one wake-up works this long and leaves the rest to the next
FIRST_WAIT = timedelta(seconds=5)  # doubles with every attempt
LONGEST_WAIT = timedelta(hours=1)
# Advisory lock of a cluster's slow lane: one of its workers holds it, and PostgreSQL lets go when that one dies.
SLOW_LANE = 0x5F10
CLUSTER = int(os.environ.get("RF_CLUSTER", "0"))


def drain(lane: str) -> None:
    """Run what is due in the lane. The target of every wake-up."""
    if lane == Lane.QUICK:
        _work(Lane.QUICK)
    elif _enter_slow_lane():
        try:
            _work(Lane.SLOW)
        finally:
            _leave_slow_lane()


def _work(lane: Lane) -> None:
    until = monotonic() + TURN_SECONDS
    while message := claim(lane):
        run(message)
        if monotonic() > until:
            wake(lane)
            break


def claim(lane: Lane) -> OutboxMessage | None:
    """Lease the row that is due longest. The attempt counts now, so that a row that kills its worker stops too."""
    with transaction.atomic():
        now = timezone.now()
        due = OutboxMessage.objects.filter(lane=lane, state__in=OutboxMessage.WAITING, due_at__lte=now)
        message = due.order_by("due_at", "id").select_for_update(skip_locked=True, of=("self",), no_key=True).first()
        if message is None:
            return None
        message.state = OutboxState.RUNNING
        message.attempts += 1
        message.lease_owner = f"{os.getpid()}-{token_hex(8)}"
        message.due_at = now + timedelta(seconds=seconds_of(message.handler, lane) + settings.RF_LEASE_MARGIN)
        message.save(update_fields=["state", "attempts", "lease_owner", "due_at"])
        return message


def run(message: OutboxMessage) -> None:
    """One attempt: ask the other side when an earlier one may have reached it, else do it; then note how it ended."""
    handler = HANDLERS.get(message.handler)
    if handler is None:
        return _finish(message, OutboxState.FAILED, error="This version of the program does not know how to do this.")
    if message.attempts > handler.attempts:
        return _give_up(message, message.error or "It was begun several times and never came to an end.")
    try:
        external_id = _ask_or_do(handler, message)
    except Failed as failure:
        _finish(message, OutboxState.FAILED, error=str(failure))
    except Later as delay:
        message.sent_at = None
        _retry(handler, message, str(delay), delay.seconds)
    except Doubt as doubt:
        _retry(handler, message, str(doubt))
    except Exception:
        log.exception("%s failed", message.key)
        _retry(handler, message, "Something went wrong on our side.")
    else:
        _finish(message, OutboxState.DONE, external_id=external_id or "")


def _ask_or_do(handler: Handler, message: OutboxMessage) -> str | None:
    if message.sent_at is None or handler.resend:
        return handler.run(message)
    if handler.ask is None:
        raise Doubt("It was sent, and no answer came back. It may have arrived.")
    try:
        return handler.ask(message) or handler.run(message)
    except Later as delay:  # the question did not get through: what was sent before is still in doubt
        raise Doubt(str(delay)) from delay


def _retry(handler: Handler, message: OutboxMessage, error: str, seconds: float | None = None) -> None:
    """Back to the queue, later each time; a doubt that nobody can clear goes to a person at once."""
    hopeless = message.sent_at is not None and handler.ask is None and not handler.resend
    if hopeless or message.attempts >= handler.attempts:
        _give_up(message, error)
        return
    wait = max(min(FIRST_WAIT * 2 ** (message.attempts - 1), LONGEST_WAIT), timedelta(seconds=seconds or 0))
    _save(message, state=OutboxState.PENDING, due_at=timezone.now() + wait, error=error, sent_at=message.sent_at)


def _give_up(message: OutboxMessage, error: str) -> None:
    _finish(message, OutboxState.UNKNOWN if message.sent_at else OutboxState.FAILED, error=error)


def _finish(message: OutboxMessage, state: OutboxState, *, error: str = "", external_id: str = "") -> None:
    _save(message, state=state, error=error, external_id=external_id, finished_at=timezone.now())


def _save(message: OutboxMessage, **changes: Any) -> None:
    """Give the row back; nothing is written when its lease ran out and somebody else has it."""
    mine = OutboxMessage.objects.filter(pk=message.pk, lease_owner=message.lease_owner)
    if not mine.update(lease_owner="", **changes):
        log.warning("%s ran longer than its lease", message.key)


def _enter_slow_lane() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [SLOW_LANE, CLUSTER])
        return bool(cursor.fetchone()[0])


def _leave_slow_lane() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [SLOW_LANE, CLUSTER])
