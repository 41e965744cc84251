"""The rows behind the events: written with the change, read by pages that come back."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from apps.core.models import LiveChannel, LiveEvent

BUS = "rf_live"  # PostgreSQL's channel to all web processes
LARGEST = 1_000  # bytes of data; a NOTIFY carries 8,000 in all
KEPT = timedelta(days=1)
MOST_REPLAYED = 500  # of a channel
RESET = "live:reset"  # the event that tells a page to fetch all it shows

_PUBLISH = f"""
    WITH channel AS (
        INSERT INTO core_livechannel (name, number) VALUES (%(channel)s, 1)
        ON CONFLICT (name) DO UPDATE SET number = core_livechannel.number + 1
        RETURNING number
    ), event AS (
        INSERT INTO core_liveevent (channel, number, name, data, created_at)
        SELECT %(channel)s, number, %(name)s, %(data)s, clock_timestamp() FROM channel
        RETURNING number
    )
    SELECT pg_notify('{BUS}', json_build_array(%(channel)s::text, number, %(name)s::text, %(data)s::text)::text)
    FROM event
"""  # noqa: S608 - BUS is a constant

Positions = Mapping[str, int]  # number of the last event seen, by channel


@dataclass(frozen=True, slots=True)
class Message:
    """One event of a channel; `data` is JSON."""

    channel: str
    number: int
    name: str
    data: str


def publish(channel: str, event: str, data: Mapping[str, Any]) -> None:
    """Tell the channel's open pages of a change, when it commits; a rollback drops it. One statement.

    The last thing in the change's transaction: whoever else publishes to the channel waits for the commit. Of several
    channels, the persons' come first in the order of their ids, the team's last. `data` holds ids, at most 1,000 bytes
    of JSON: `id` names the object, so that its page hears `<event>:<id>` too, and `version` how the page shows it.
    Raises TransactionManagementError outside a transaction, ValueError for more data.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("publish() belongs inside the transaction of what happened.")
    text = _json(data)
    if len(text.encode()) > LARGEST:
        raise ValueError(f"An event carries ids, not content: {event} has more than {LARGEST} bytes.")
    with connection.cursor() as cursor:
        cursor.execute(_PUBLISH, {"channel": channel, "name": event, "data": text})


def cut_streams(user_id: int) -> None:
    """End the person's open streams in all processes, when this commits; each that reconnects is judged anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [BUS, json.dumps({"cut": user_id})])


def newest(channels: Iterable[str]) -> dict[str, int]:
    """Where a page stands that begins to listen now."""
    names = list(channels)
    return dict.fromkeys(names, 0) | dict(LiveChannel.objects.filter(name__in=names).values_list("name", "number"))


def events_after(positions: Positions) -> list[Message]:
    """What the channels were told since the positions, in order."""
    now = newest(positions)
    return [message for channel in positions for message in _missed(channel, positions[channel], now[channel])]


def _missed(channel: str, position: int, now: int) -> list[Message]:
    """The events behind a position; one RESET where they are too many, or trimmed, or of another database."""
    if position == now:
        return []
    if 0 < now - position <= MOST_REPLAYED:
        rows = LiveEvent.objects.filter(channel=channel, number__gt=position).order_by("number")
        events = [Message(channel, row.number, row.name, _json(row.data)) for row in rows]
        if events and events[0].number == position + 1:
            return events
    return [Message(channel, now, RESET, "{}")]


def _json(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))


def trim_events() -> int:
    """Remove events that are older than a day; the number removed. A scheduled job calls it."""
    return LiveEvent.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
