from hypothesis import given
from hypothesis import strategies as st

from apps.core.live.hub import MOST_PENDING, Hub, Listener
from apps.core.live.store import RESET, Message


def event(number: int, channel: str = "team-1", name: str = "x") -> Message:
    return Message(channel, number, name, "{}")


def listener(**positions: int) -> Listener:
    found = Listener(7, {name.replace("_", "-"): number for name, number in positions.items()})
    found.is_behind = False
    return found


def test_listener_accepts_the_next_number_and_drops_what_was_sent() -> None:
    one = listener(team_1=5)
    assert [one.accept(event(number)) for number in (5, 6, 6, 7)] == [False, True, False, True]
    assert one.positions == {"team-1": 7}
    assert not one.is_behind


def test_listener_that_misses_a_number_reads_the_database() -> None:
    one = listener(team_1=5)
    assert not one.accept(event(7))
    assert one.is_behind


def test_listener_begins_anew_at_a_reset_wherever_it_stands() -> None:
    one = listener(team_1=900)
    assert one.accept(event(3, name=RESET))
    assert one.positions == {"team-1": 3}


def test_listener_of_a_slow_reader_holds_few_events_and_reads_the_rest() -> None:
    one = listener(team_1=0)
    for number in range(1, MOST_PENDING + 2):
        one.offer(event(number))
    assert one.is_behind
    assert one.take() == []


@given(st.lists(st.integers(1, 9)))
def test_listener_never_tells_a_number_twice_or_out_of_order(numbers: list[int]) -> None:
    one = listener(team_1=0)
    told = [number for number in numbers if one.accept(event(number))]
    assert told == list(range(1, len(told) + 1))


def test_hub_hands_an_event_to_the_listeners_of_its_channel_only() -> None:
    hub, ours, theirs = Hub(), listener(team_1=0), listener(team_2=0)
    with hub.joined(ours), hub.joined(theirs):
        hub.hear(["team-1", 1, "x", "{}"])
        assert (ours.take(), theirs.take()) == ([event(1)], [])
    hub.hear(["team-1", 2, "x", "{}"])
    assert ours.take() == []
    assert not hub.listeners


def test_hub_cuts_every_stream_of_a_person_and_no_other() -> None:
    hub, people = Hub(), [listener(user_7=0), listener(user_7=0), listener(user_8=0)]
    with hub.joined(people[0]), hub.joined(people[1]), hub.joined(people[2]):
        hub.hear({"cut": 7})
    assert [person.is_cut for person in people] == [True, True, False]


def test_hub_sends_everybody_to_the_database_after_the_bus_was_away() -> None:
    hub, one = Hub(), listener(team_1=0)
    hub.all_fall_behind()
    with hub.joined(one):
        one.offer(event(1))
        hub.all_fall_behind()
    assert one.is_behind
    assert one.take() == []
