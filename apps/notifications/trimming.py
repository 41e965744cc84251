"""What people were told, taken away when nobody looks for it any more."""

from datetime import timedelta

from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from apps.core.models import OutboxMessage
from apps.core.trimming import trim
from apps.notifications.models import Delivery, Notification

# The bell shows the newest, and what called people half a year ago was dealt with, or has called them again since.
KEEP_NOTICES = timedelta(days=180)
# As long as its outbox row, which tells what became of it; one that is stuck keeps it, since it may be tried again.
KEEP_DELIVERIES = timedelta(days=90)


def trim_notices() -> int:
    return trim(Notification.objects.filter(created_at__lt=timezone.now() - KEEP_NOTICES).order_by("created_at"))


def trim_deliveries() -> int:
    """The last post of each channel stays: the channel's page shows it."""
    subject = Concat(Value("delivery:"), Cast(OuterRef("pk"), CharField()))
    row = OutboxMessage.objects.filter(team=OuterRef("team"), subject=subject)
    newer = Delivery.objects.filter(channel=OuterRef("channel"), pk__gt=OuterRef("pk"))
    old = Delivery.objects.filter(~Exists(row), created_at__lt=timezone.now() - KEEP_DELIVERIES)
    return trim(old.filter(Q(channel=None) | Exists(newer)).order_by("created_at"))
