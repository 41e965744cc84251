"""One open stream, from the moment it is let in until it is cut."""

from collections.abc import AsyncIterator, Collection, Iterable
from importlib import import_module
from time import monotonic
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError, connection
from django.http import HttpRequest

from apps.core.live.bus import switchboard
from apps.core.live.channels import can_read_channel
from apps.core.live.hub import Hub, Listener
from apps.core.live.store import Message, events_after, newest

KEEP_ALIVE_SECONDS = 20
LONGEST_SECONDS = 3600  # then the page connects anew and is judged anew
SSE = "text/event-stream"
OPEN, ALIVE = "live:open", "live:alive"


class Refused(Exception):
    """The person may no longer hear what the stream tells."""


def position_from(last_event_id: str) -> int:
    """Where a page stands that comes back, or that begins to listen now."""
    is_number = last_event_id.isascii() and last_event_id.isdecimal() and len(last_event_id) < 19
    return int(last_event_id) if is_number else newest()


async def stream(listener: Listener, session_key: str, hub: Hub | None = None) -> AsyncIterator[bytes]:
    """Server-sent events until the person may not hear them any more, or an hour has passed."""
    ends_at = monotonic() + LONGEST_SECONDS
    with (hub or switchboard.hub()).joined(listener):
        yield encode(OPEN, "", listener.position)
        while not listener.is_cut and monotonic() < ends_at:
            try:
                told = await _next(listener, session_key)
            except (Refused, DatabaseError):
                return
            if told:
                yield told


async def _next(listener: Listener, session_key: str) -> bytes:
    if listener.is_behind:
        listener.is_behind = False
        missed = await sync_to_async(catch_up)(session_key, listener.position, listener.channels)
        return b"".join(_encoded(listener, missed))
    await listener.wait(KEEP_ALIVE_SECONDS)
    was_woken = listener.woken.is_set()
    told = b"".join(_encoded(listener, listener.take()))
    return told if was_woken else encode(ALIVE, "")


def _encoded(listener: Listener, messages: Iterable[Message]) -> Iterable[bytes]:
    for message in messages:
        if listener.accept(message):
            yield encode(message.name, message.data, message.number)


def catch_up(session_key: str, position: int, channels: Collection[str]) -> list[Message]:
    """Judge the person anew and read what the stream has not told yet. The connection goes back at once: the thread
    of an open stream lives as long as the stream. Raises Refused.
    """
    try:
        user = user_of(session_key)
        if not all(can_read_channel(user, channel) for channel in channels):
            raise Refused
        return events_after(position, channels)
    finally:
        give_connection_back()


def user_of(session_key: str) -> Any:
    """Who is signed in with the session now: nobody after logout, deactivation or a new password."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return get_user(request)


def give_connection_back() -> None:
    if not connection.in_atomic_block:
        connection.close()


def encode(name: str, data: str, number: int | None = None) -> bytes:
    """One event on the wire; its id says where the stream stands after it."""
    lines = [f"event: {name}", *([] if number is None else [f"id: {number}"]), f"data: {data}"]
    return "\n".join([*lines, "", ""]).encode()
