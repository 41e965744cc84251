"""What people and later changes decide about a row: conditional UPDATEs, since a worker may hold it at that moment."""

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from apps.core.models import Lane, OutboxMessage, OutboxState
from apps.core.outbox.pauses import end_pause
from apps.core.outbox.queue import announce, wake
from apps.core.outbox.registry import HANDLERS


class TooLate(Exception):
    """The row is not in the state the decision was about; the message is a sentence for people."""


def retry(message: OutboxMessage, *, by: models.Model) -> None:
    """Try a failed or unknown row again from the beginning; the other side is asked first where it can be.

    Where it cannot, the person decides that a second copy does no harm.
    """
    with transaction.atomic():
        keeps_doubt = message.state == OutboxState.UNKNOWN and _can_clear_doubt(message)
        forgotten: dict[str, Any] = {} if keeps_doubt else {"sent_at": None}
        again = {"state": OutboxState.PENDING, "attempts": 0, "due_at": timezone.now(), "finished_at": None}
        _decide(message, Q(state__in=OutboxMessage.STUCK), by, **again, **forgotten)
        end_pause(message.side)
        announce(message)
        wake(Lane(message.lane))


def mark_arrived(message: OutboxMessage, *, by: models.Model) -> None:
    """Note what a person saw at the other side: it did arrive."""
    with transaction.atomic():
        _decide(message, Q(state__in=OutboxMessage.STUCK), by, state=OutboxState.DONE, finished_at=timezone.now())
        announce(message)


def cancel(message: OutboxMessage, *, by: models.Model) -> None:
    """Let a row be: one that is stuck, or one of which nothing is on its way."""
    with transaction.atomic():
        still = Q(state__in=[*OutboxMessage.STUCK, OutboxState.PENDING]) | _UNSENT
        _decide(message, still, by, **_cancelled())
        announce(message)


def withdraw_rows(subjects: Iterable[str], *, team: models.Model) -> int:
    """Cancel what the outbox holds of these subjects, as part of the caller's transaction; the number of rows.

    No call begins after that commit, not even a second one of what may have arrived. One that is on its way goes on:
    its worker keeps the lease and may still note that it arrived.
    """
    found = OutboxMessage.objects.filter(team_id=team.pk, subject__in=list(subjects))
    rows = found.exclude(state__in=OutboxMessage.OVER)
    held = list(rows.order_by("id").select_for_update(no_key=True))
    ids = [row.pk for row in held]
    OutboxMessage.objects.filter(pk__in=ids).update(state=OutboxState.CANCELLED, finished_at=timezone.now())
    for row in {row.subject: row for row in held}.values():
        announce(row)
    return len(held)


_UNSENT = Q(state__in=OutboxMessage.WAITING, sent_at=None)


def _decide(message: OutboxMessage, still: Q, by: models.Model, **changes: Any) -> None:
    if not OutboxMessage.objects.filter(still, pk=message.pk).update(handled_by=by, **changes):
        raise TooLate("Something else happened to it in the meantime. Nothing was changed; look again.")


def _cancelled() -> dict[str, Any]:
    return {"state": OutboxState.CANCELLED, "lease_owner": "", "finished_at": timezone.now()}


def _can_clear_doubt(message: OutboxMessage) -> bool:
    handler = HANDLERS.get(message.handler)
    return handler is not None and (handler.ask is not None or handler.resend)
