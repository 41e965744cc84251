"""The rows behind the events: written with the change, read by pages that come back."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from apps.core.models import LiveEvent

BUS = "rf_live"  # PostgreSQL's channel to all web processes; the trigger on LiveEvent speaks on it
LARGEST = 1_000  # bytes of data; a NOTIFY carries 8,000 in all
KEPT = timedelta(days=1)
# By hand: every answer waits for it, and Django takes longer to compose it than PostgreSQL to carry it out.
_PUBLISH = f"INSERT INTO {LiveEvent._meta.db_table} (channel, name, data, created_at) VALUES (%s, %s, %s, now())"  # noqa: S608 - the name of a table


def publish(channel: str, event: str, data: Mapping[str, Any]) -> None:
    """Tell the channel's open pages of a change, when it commits; a rollback drops it. One statement, and no lock.

    `data` holds ids, at most 1,000 bytes of JSON. Its `id` names the object, so that the object's page hears
    `<event>:<id>` beside `<event>`; its `shows` says how the page shows it, so that one that does needs no word.
    Raises TransactionManagementError outside a transaction, ValueError for more data.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("publish() belongs inside the transaction of what happened.")
    text = json.dumps(data)
    if len(text.encode()) > LARGEST:
        raise ValueError(f"An event carries ids, not content: {event} has more than {LARGEST} bytes.")
    with connection.cursor() as cursor:
        cursor.execute(_PUBLISH, [channel, event, text])


def cut_streams(user_id: int) -> None:
    """End the person's open streams in all processes, when this commits; each that reconnects is judged anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [BUS, json.dumps({"cut": user_id})])


def newest() -> int:
    """The number of the last event that has committed."""
    return LiveEvent.objects.aggregate(newest=Max("number"))["newest"] or 0


def trim_events() -> int:
    """Remove events that are older than a day, but never the newest; the number removed. A scheduled job calls it."""
    old = LiveEvent.objects.filter(created_at__lt=timezone.now() - KEPT, number__lt=newest())
    return old.delete()[0]
