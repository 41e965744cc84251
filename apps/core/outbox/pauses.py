"""Sides that nobody calls for a while, so that the others need not wait behind one that hangs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction
from django.utils import timezone

from apps.core.models import OutboxMessage, Pause, TeamQuerySet
from apps.core.outbox.registry import Busy, Doubt, Later

PATIENCE_SECONDS = 2  # an attempt that took longer and came to nothing pauses its side
FIRST_PAUSE = timedelta(seconds=10)  # doubles with every such attempt
LONGEST_PAUSE = timedelta(minutes=2)  # where the side did not say for how long
LONGEST_WISH = timedelta(hours=1)  # where it did
MOST_DOUBLINGS = 10


def takable(at: datetime) -> TeamQuerySet[OutboxMessage]:
    """Rows that are due by then and whose side is not paused any more."""
    due = OutboxMessage.objects.filter(state__in=OutboxMessage.WAITING, due_at__lte=at)
    return due.exclude(side__in=Pause.objects.filter(ends_at__gt=at).values("side"))


@contextmanager
def pausing(side: str) -> Iterator[None]:
    """Pause the side when the attempt inside held its process in vain, or when the side asks for it; else go on."""
    began = monotonic()
    try:
        yield
    except (Later, Doubt) as error:
        if side and (isinstance(error, Busy) or monotonic() - began > PATIENCE_SECONDS):
            _pause(side, error.seconds if isinstance(error, Busy) else None)
        raise
    else:
        end_pause(side)


def end_pause(side: str) -> None:
    if side:
        Pause.objects.filter(side=side).delete()


@transaction.atomic
def _pause(side: str, seconds: float | None) -> None:
    now = timezone.now()
    Pause.objects.bulk_create([Pause(side=side, ends_at=now)], ignore_conflicts=True)
    pause = Pause.objects.select_for_update().get(side=side)
    grown = min(FIRST_PAUSE * 2 ** min(pause.times, MOST_DOUBLINGS), LONGEST_PAUSE)
    pause.ends_at = now + (grown if seconds is None else min(timedelta(seconds=seconds), LONGEST_WISH))
    pause.times = min(pause.times, MOST_DOUBLINGS) + 1
    pause.save()
