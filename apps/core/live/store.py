"""The rows behind the events: written with the change, read by pages that come back."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from apps.core.models import LiveEvent

BUS = "rf_live"  # PostgreSQL's channel to all web processes; the trigger on LiveEvent speaks on it
LARGEST = 1_000  # bytes of data; a NOTIFY carries 8,000 in all
KEPT = timedelta(days=1)
MOST_REPLAYED = 500
RESET = "live:reset"  # the event that tells a page to fetch all it shows


@dataclass(frozen=True, slots=True)
class Message:
    """One event; `data` is JSON."""

    channel: str
    number: int
    name: str
    data: str


def publish(channel: str, event: str, data: Mapping[str, Any]) -> None:
    """Tell the channel's open pages of a change, when it commits; a rollback drops it. One statement, and no lock.

    `data` holds ids, at most 1,000 bytes of JSON. Its `id` names the object, so that the object's page hears
    `<event>:<id>` beside `<event>`; its `shows` says how the page shows it, so that one that does needs no word.
    Raises TransactionManagementError outside a transaction, ValueError for more data.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("publish() belongs inside the transaction of what happened.")
    if len(json.dumps(data).encode()) > LARGEST:
        raise ValueError(f"An event carries ids, not content: {event} has more than {LARGEST} bytes.")
    LiveEvent.objects.create(channel=channel, name=event, data=dict(data))


def cut_streams(user_id: int) -> None:
    """End the person's open streams in all processes, when this commits; each that reconnects is judged anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [BUS, json.dumps({"cut": user_id})])


def newest() -> int:
    """The number of the last event that has committed."""
    return LiveEvent.objects.aggregate(newest=Max("number"))["newest"] or 0


def events_after(position: int, channels: Collection[str]) -> list[Message]:
    """What the channels were told since, in order; one RESET where that is too much, trimmed, or another database's."""
    kept = LiveEvent.objects.aggregate(oldest=Min("number"), newest=Max("number"))
    oldest, last = kept["oldest"] or 0, kept["newest"] or 0
    if position == last:
        return []
    if oldest - 1 <= position < last:
        rows = LiveEvent.objects.filter(channel__in=channels, number__gt=position).order_by("number")
        events = [_message(row) for row in rows[: MOST_REPLAYED + 1]]
        if len(events) <= MOST_REPLAYED:
            return events
    return [Message("", last, RESET, "{}")]


def _message(row: LiveEvent) -> Message:
    return Message(row.channel, row.number or 0, row.name, json.dumps(row.data))


def trim_events() -> int:
    """Remove events that are older than a day, but never the newest; the number removed. A scheduled job calls it."""
    old = LiveEvent.objects.filter(created_at__lt=timezone.now() - KEPT, number__lt=newest())
    return old.delete()[0]
