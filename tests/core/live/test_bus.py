import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django_eventstream.views import Listener, get_listener_manager

from apps.core.live.bus import end_all, hear


@contextmanager
def joined(*ways: tuple[int, str]) -> Iterator[list[Listener]]:
    """Listeners as django-eventstream registers them, each a person and a channel."""
    listeners = []
    for person, channel in ways:
        listener = Listener()
        listener.user_id, listener.channels = person, {channel}
        listener.assign_loop()
        get_listener_manager().add_listener(listener)
        listeners.append(listener)
    try:
        yield listeners
    finally:
        for listener in listeners:
            get_listener_manager().remove_listener(listener)


def queued(listener: Listener) -> list[int]:
    return [event.id for events in listener.channel_items.values() for event in events]


@pytest.fixture(autouse=True)
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    asyncio.set_event_loop(None)
    loop.close()


def test_hear_hands_an_event_to_the_listeners_of_its_channel_only_and_wakes_them(loop) -> None:
    with joined((7, "team-1"), (8, "team-2")) as (ours, theirs):
        hear(["team-1", 1, "x", "{}"])
        assert (queued(ours), queued(theirs)) == ([1], [])
        loop.run_until_complete(asyncio.wait_for(ours.aevent.wait(), 1))
    hear(["team-1", 2, "x", "{}"])
    assert queued(ours) == [1]


def test_hear_of_a_cut_ends_every_stream_of_the_person_and_no_other() -> None:
    with joined((7, "user-7"), (7, "user-7"), (8, "user-8")) as people:
        hear({"cut": 7})
        assert [bool(person.error) for person in people] == [True, True, False]


def test_end_all_ends_every_stream_after_the_bus_was_away() -> None:
    end_all()
    with joined((7, "user-7"), (8, "user-8")) as people:
        end_all()
        assert all(person.error for person in people)
