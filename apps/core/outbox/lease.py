"""A worker's hold on a row: taken, proved right before something is sent, given back. Nothing is done without it."""

import logging
import os
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.core.models import Lane, OutboxMessage, OutboxState, TeamQuerySet
from apps.core.outbox.pauses import takable
from apps.core.outbox.queue import announce
from apps.core.outbox.registry import seconds_of

log = logging.getLogger(__name__)
CLUSTER = int(os.environ.get("RF_CLUSTER", "0"))  # of processes that share a watch; see watch.py
CLAIMING = 0x5F11  # advisory lock: the processes of a cluster claim one after the other


class LeaseLost(Exception):
    """The row was cancelled, or somebody else has it. Nothing may be sent; `run` lets go of it without a word."""


def claim(lane: Lane, served: Collection[str] = ()) -> OutboxMessage | None:
    """Lease the row that is due longest, of a side that no other process of this cluster has to do with right now, and
    that is not paused; of one that was served only where no other has any. So a side that hangs never holds both
    processes.

    The attempt counts now, so that a row that kills its worker stops too.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [CLAIMING, CLUSTER])
        now = timezone.now()
        due = takable(now).filter(lane=lane).exclude(side__in=_in_hand(now))
        message = _longest_due(due.exclude(side__in=served)) or _longest_due(due.filter(side__in=served))
        if message is None:
            return None
        message.state = OutboxState.RUNNING
        message.attempts += 1
        message.lease_owner = f"{CLUSTER}-{os.getpid()}-{token_hex(8)}"
        message.due_at = now + timedelta(seconds=seconds_of(message.handler, lane) + settings.RF_LEASE_MARGIN)
        message.save(update_fields=["state", "attempts", "lease_owner", "due_at"])
        return message


def _longest_due(due: TeamQuerySet[OutboxMessage]) -> OutboxMessage | None:
    return due.order_by("due_at", "id").select_for_update(skip_locked=True, of=("self",), no_key=True).first()


def _in_hand(now: datetime) -> list[str]:
    """The sides to which a process of this cluster speaks. One that was killed speaks to nobody."""
    running = OutboxMessage.objects.filter(state=OutboxState.RUNNING, due_at__gt=now).exclude(side="")
    rows = running.filter(lease_owner__startswith=f"{CLUSTER}-").values_list("side", "lease_owner")
    return [side for side, owner in rows if Path("/proc", owner.split("-")[1]).exists()]


def seconds_left(message: OutboxMessage) -> float:
    """How long its worker may go on; it must be gone before somebody else may take the row."""
    return (message.due_at - timezone.now()).total_seconds() - settings.RF_LEASE_MARGIN / 2


def mark_sent(message: OutboxMessage) -> None:
    """Commit that the call to the other side begins now; raises LeaseLost where nothing may be sent any more.

    Call it right before the call and outside any transaction. Whatever happens afterwards, the row is in doubt until
    the other side has answered.
    """
    now = timezone.now()
    with transaction.atomic(durable=True):
        found = _held(message, OutboxState.RUNNING).filter(due_at__gt=now).update(sent_at=now)
    if not found:
        raise LeaseLost(message.key)
    message.sent_at = now


def give_back(message: OutboxMessage, **changes: Any) -> None:
    """End the lease with these changes. Nothing is written when it was lost, and of a withdrawn row only that it is
    done.
    """
    is_done = changes["state"] == OutboxState.DONE
    states = (OutboxState.RUNNING, OutboxState.CANCELLED) if is_done else (OutboxState.RUNNING,)
    with transaction.atomic():
        if not _held(message, *states).update(lease_owner="", sent_at=message.sent_at, **changes):
            log.warning("%s was taken away while it ran", message.key)
            return
        announce(message)


def _held(message: OutboxMessage, *states: OutboxState) -> TeamQuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(pk=message.pk, lease_owner=message.lease_owner, state__in=states)
