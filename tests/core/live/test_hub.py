from hypothesis import given
from hypothesis import strategies as st

from apps.core.live.hub import MOST_PENDING, Hub, Listener
from apps.core.live.store import RESET, Message


def event(number: int, channel: str = "team-1", name: str = "x") -> Message:
    return Message(channel, number, name, "{}")


def listener(*channels: str, position: int = 0) -> Listener:
    found = Listener(channels or ["team-1"], position)
    found.is_behind = False
    return found


@given(st.lists(st.integers(1, 9)))
def test_listener_never_tells_a_number_twice_or_out_of_order(numbers: list[int]) -> None:
    one = listener()
    told = [number for number in numbers if one.accept(event(number))]
    assert told == sorted(set(told))
    assert one.position == max(numbers, default=0)


def test_listener_begins_anew_at_a_reset_wherever_it_stands() -> None:
    one = listener(position=900)
    assert one.accept(event(3, name=RESET))
    assert one.position == 3


def test_listener_of_a_slow_reader_holds_few_events_and_reads_the_rest() -> None:
    one = listener()
    for number in range(1, MOST_PENDING + 2):
        one.offer(event(number))
    assert one.is_behind
    assert one.take() == []


def test_hub_hands_an_event_to_the_listeners_of_its_channel_only() -> None:
    hub, ours, theirs = Hub(), listener("team-1"), listener("team-2")
    with hub.joined(ours), hub.joined(theirs):
        hub.hear(["team-1", 1, "x", "{}"])
        assert (ours.take(), theirs.take()) == ([event(1)], [])
    hub.hear(["team-1", 2, "x", "{}"])
    assert ours.take() == []
    assert not hub.listeners


def test_hub_cuts_every_stream_of_a_person_and_no_other() -> None:
    hub, people = Hub(), [listener("user-7"), listener("user-7"), listener("user-8")]
    with hub.joined(people[0]), hub.joined(people[1]), hub.joined(people[2]):
        hub.hear({"cut": 7})
    assert [person.is_cut for person in people] == [True, True, False]


def test_hub_sends_everybody_to_the_database_after_the_bus_was_away() -> None:
    hub, one = Hub(), listener()
    hub.all_fall_behind()
    with hub.joined(one):
        one.offer(event(1))
        hub.all_fall_behind()
    assert one.is_behind
    assert one.take() == []
