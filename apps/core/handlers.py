"""Periodic jobs of the machinery: a sign of life, and old rows taken away in time."""

from datetime import timedelta

from django.utils import timezone
from django_q.models import Task

from apps.core.live import trim_events
from apps.core.live.presence import forget_gone
from apps.core.models import EgressRecord, OutboxMessage, Pause
from apps.core.outbox.jobs import every
from apps.core.trimming import trim

HOUR, DAY = 3600, 86_400  # seconds
# For so long a page can say what became of a row, and the same event emitted again is still known as the same.
KEEP_ROWS = timedelta(days=90)
KEEP_FAULTS = timedelta(days=7)
# An audit looks back over a year, and begins some weeks after its end.
KEEP_LEDGER = timedelta(days=400)


@every(10)
def show_life() -> None:
    """Nothing; that it ran says that jobs get through the cluster. `/readyz` looks at it."""


@every(DAY)
def trim_outbox() -> None:
    """Take rows away that are done or cancelled; failed and unknown ones stay until somebody has dealt with them."""
    over = OutboxMessage.objects.filter(state__in=OutboxMessage.OVER)
    trim(over.filter(finished_at__lt=timezone.now() - KEEP_ROWS).order_by("finished_at"))
    Pause.objects.filter(ends_at__lt=timezone.now() - KEEP_FAULTS).delete()  # of sides that nobody calls any more


@every(DAY)
def trim_ledger() -> None:
    trim(EgressRecord.objects.filter(created_at__lt=timezone.now() - KEEP_LEDGER).order_by("created_at"))


@every(HOUR)
def trim_faults() -> None:
    """What django-q2 noted of wake-ups that broke; the log has it too."""
    Task.objects.filter(stopped__lt=timezone.now() - KEEP_FAULTS).delete()


@every(15)
def forget_who_went() -> None:
    forget_gone()


@every(HOUR)
def trim_live_events() -> None:
    trim_events()
