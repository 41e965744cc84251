"""django-eventstream with our table, our judgement and our numbers: it opens, feeds, resumes and ends the streams."""

import json
import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from time import monotonic
from typing import Any, ClassVar

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError, connection
from django.db.models import Max, Min
from django.http import HttpRequest, StreamingHttpResponse
from django_eventstream.channelmanager import ChannelManagerBase
from django_eventstream.event import Event
from django_eventstream.storage import EventDoesNotExist, StorageBase
from django_eventstream.utils import make_id, parse_last_event_id, sse_encode_event
from django_eventstream.views import events

from apps.core.live.bus import switchboard
from apps.core.live.channels import channels_of, user_channel
from apps.core.live.store import newest
from apps.core.models import LiveEvent

MOST_REPLAYED = 500  # events of a channel; a page that missed more fetches all it shows
LONGEST_SECONDS = 3600  # then the page connects anew and is judged anew
SSE = "text/event-stream"
OPEN, RESET, ERROR = "stream-open", "stream-reset", "stream-error"
NAMES = {OPEN: "live:open", RESET: "live:reset", "keep-alive": "live:alive"}
TOLD = re.compile(r"^event: (.*)\n(?:id: (.*)\n)?data: ?(.*)$", re.MULTILINE)
POSITION = re.compile(r"([a-z]+-\d+):(\d{1,18})(?!\d)", re.ASCII)


@contextmanager
def connection_given_back() -> Iterator[None]:
    """The thread of an open stream lives as long as the stream: it must not keep a connection."""
    try:
        yield
    finally:
        if not connection.in_atomic_block:
            connection.close()


class Storage(StorageBase):  # type: ignore[misc]
    """LiveEvent as django-eventstream reads it. `publish` writes, and a number says the same in all channels."""

    @connection_given_back()
    def get_current_id(self, channel: str) -> int:
        return newest()

    @connection_given_back()
    def get_events(self, channel: str, last_id: int, limit: int = 100) -> list[Event]:
        """What the channel was told since, in order. Raises EventDoesNotExist, which tells the page to fetch all it
        shows, where that is too much, trimmed, or another database's.
        """
        kept = LiveEvent.objects.aggregate(oldest=Min("number"), newest=Max("number"))
        oldest, last = kept["oldest"] or 0, kept["newest"] or 0
        if last_id == last:
            return []
        rows = LiveEvent.objects.filter(channel=channel, number__gt=last_id).order_by("number")
        if not oldest - 1 <= last_id < last or rows[MOST_REPLAYED:].exists():
            raise EventDoesNotExist(f"{channel} cannot be replayed from {last_id}", last)
        return [Event(channel, row.name, json.dumps(row.data), row.number) for row in rows[:limit]]


@dataclass(frozen=True)
class Reader:
    """Who holds a stream, and of which channels."""

    pk: int | None
    session_key: str
    channels: set[str]
    is_authenticated: ClassVar[bool] = True

    @connection_given_back()
    def may_hear(self) -> bool:
        """Ask the session anew: no more after sign-out, deactivation, a new password or a lesser role."""
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(self.session_key)
        return self.channels <= channels_of(get_user(request))


class Channels(ChannelManagerBase):  # type: ignore[misc]
    """The reader's own channels, never what a request asks for."""

    def get_channels_for_request(self, request: Any, view_kwargs: dict[str, Any]) -> set[str]:
        return set(request.user.channels)

    def can_read_channel(self, user: Reader, channel: str) -> bool:
        """The person's own channel, which each stream has, asks for all of them: once a read."""
        return channel in user.channels and (channel != user_channel(user.pk or 0) or user.may_hear())

    def is_channel_reliable(self, channel: str) -> bool:
        return True


def open_stream(reader: Reader, last_event_id: str) -> StreamingHttpResponse:
    """The reader's stream, from where their page stands. django-eventstream is given a request of its own, since it
    also takes a person, channels and a position from parameters.
    """
    told = position_from(last_event_id, reader.channels)
    request = HttpRequest()
    request.user = reader  # type: ignore[assignment]
    request.META["HTTP_LAST_EVENT_ID"] = make_id(told)
    response: StreamingHttpResponse = events(request)
    response.streaming_content = each_once(response.streaming_content, told)  # type: ignore[arg-type]
    return response


def position_from(last_event_id: str, channels: set[str]) -> dict[str, int]:
    """The last number each channel has told the page that comes back; the newest for one that begins to listen now."""
    said, now = dict(POSITION.findall(last_event_id)), Storage().get_current_id("")
    return {channel: int(said.get(channel, now)) for channel in sorted(channels)}


async def each_once(pieces: AsyncGenerator[bytes, None], told: dict[str, int]) -> AsyncGenerator[str, None]:
    """What django-eventstream sends, until it refuses or an hour has passed, without what it sends twice: events that
    it reads from the table while their notification is under way.
    """
    ends_at = monotonic() + LONGEST_SECONDS
    if not await sync_to_async(switchboard.is_listening)():
        return
    with suppress(DatabaseError):
        async with aclosing(pieces):
            async for piece in pieces:
                said = TOLD.findall(piece.decode())
                if monotonic() > ends_at or any(name == ERROR for name, _, _ in said):
                    return
                if unheard := "".join(new(told, *event) for event in said):
                    yield unheard


def new(told: dict[str, int], name: str, ids: str, data: str) -> str:
    """The event as the page hears it, else nothing; `told` moves on with it."""
    position = {channel: int(number) for channel, number in parse_last_event_id(ids).items()} if ids else {}
    if name == RESET:
        told.update(position)
    elif ids and all(number <= told[channel] for channel, number in position.items()):
        return ""
    told.update({channel: max(number, told[channel]) for channel, number in position.items()})
    stands_at = make_id(told) if ids or name == OPEN else None
    return str(sse_encode_event(NAMES.get(name, name), data, event_id=stands_at))
