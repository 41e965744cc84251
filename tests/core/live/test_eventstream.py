import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db import transaction
from django.http import StreamingHttpResponse
from django.test import Client as Browser
from django.urls import reverse
from django_eventstream.event import Event
from django_eventstream.utils import get_channelmanager, make_id
from django_eventstream.views import get_listener_manager
from hypothesis import given
from hypothesis import strategies as st

from apps.core.live import publish, team_channel
from apps.core.live.bus import end_all, hear
from apps.core.live.channels import channels_of
from apps.core.live.eventstream import RESET, Reader, new, open_stream, position_from
from apps.core.live.store import newest
from apps.core.permissions import Role
from apps.teams.models import User
from tests.hang_up import hang_up

pytestmark = pytest.mark.django_db(transaction=True)
Act = Callable[[], Any]


@pytest.fixture
def reader(as_engineer: Browser, engineer: User) -> Reader:
    return Reader(engineer.pk, as_engineer.cookies[settings.SESSION_COOKIE_NAME].value, channels_of(engineer))


@pytest.fixture(autouse=True)
def bus() -> Iterator[None]:
    yield
    hang_up()


@pytest.fixture
def before() -> int:
    """The number of an event that was there before the test."""
    tell(0, 0)
    return newest()


def tell(team_id: int | None, number: int) -> None:
    with transaction.atomic():
        publish(team_channel(team_id or 0), "session-moved", {"id": number})


def said(team_id: int | None, *numbers: int, before: int) -> Act:
    """The notifications of events, which may come late and again."""

    def act() -> None:
        for number in numbers:
            hear([team_channel(team_id or 0), before + number, "session-moved", f'{{"id": {number}}}'])

    return act


def at(reader: Reader, **numbers: int) -> str:
    return ",".join(f"{channel}:{numbers[channel.split('-')[0]]}" for channel in sorted(reader.channels))


def moved(reader: Reader, before: int, number: int) -> str:
    where = at(reader, team=before + number, user=before)
    return f'event: session-moved\nid: {where}\ndata: {{"id": {number}}}\n\n'


@async_to_sync
async def pieces_of(response: StreamingHttpResponse, *acts: Act, busy: bool = False) -> list[str]:
    """What a stream says at first, and after each of the acts, which are done while it waits or is busy sending."""
    source = aiter(response.streaming_content)
    pieces = [(await anext(source, b"")).decode()]
    for act in acts:
        if busy:
            await sync_to_async(act)()
        coming = asyncio.ensure_future(anext(source, b"end"))
        if not busy:
            await asyncio.sleep(0)
            await sync_to_async(act)()
        pieces.append((await coming).decode())
    await source.aclose()
    return [piece for piece in pieces if piece]


def heard(reader: Reader, *acts: Act, last: str = "", busy: bool = False) -> list[str]:
    return pieces_of(open_stream(reader, last), *acts, busy=busy)


def test_stream_opens_by_saying_where_it_stands(engineer, reader) -> None:
    tell(engineer.team_id, 1)
    where = at(reader, team=newest(), user=newest())
    assert heard(reader) == [f"event: live:open\nid: {where}\ndata: \n\n"]


def test_stream_tells_what_was_missed_and_then_what_comes_each_once(engineer, reader, before) -> None:
    tell(engineer.team_id, 1)
    comes, last = said(engineer.team_id, 1, 2, before=before), at(reader, team=before, user=before)
    [first, then] = heard(reader, comes, last=last)
    assert first.endswith(moved(reader, before, 1))
    assert then == moved(reader, before, 2)


def test_stream_tells_what_comes_while_it_reads_the_table_each_once(engineer, reader, before) -> None:
    tell(engineer.team_id, 1)

    def act() -> None:
        tell(engineer.team_id, 2)
        said(engineer.team_id, 1, 2, before=before)()

    pieces = heard(reader, act, last=at(reader, team=before, user=before), busy=True)
    assert pieces[1:] == [moved(reader, before, 2)]


def test_stream_hears_of_a_commit_by_the_bus(engineer, reader, before) -> None:
    assert heard(reader, lambda: tell(engineer.team_id, 1))[1:] == [moved(reader, before, 1)]


def test_stream_reads_from_the_table_what_is_too_much_to_hold(engineer, reader, before) -> None:
    def act() -> None:
        with transaction.atomic():
            for number in range(1, 61):
                publish(team_channel(engineer.team_id), "session-moved", {"id": number})
        said(engineer.team_id, *range(1, 61), before=before)()

    pieces = heard(reader, act, lambda: None, busy=True)
    assert "".join(pieces[1:]) == "".join(moved(reader, before, number) for number in range(1, 61))


def test_stream_is_quiet_about_other_teams(engineer, outsider, reader, before) -> None:
    tell(outsider.team_id, 1)
    [first, told] = heard(reader, lambda: tell(engineer.team_id, 2), last=at(reader, team=before, user=before))
    assert first.count("event:") == told.count("event:") == 1
    assert told.endswith('data: {"id": 2}\n\n')


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"role": Role.SUPER_ADMIN, "team": None}, {"password": "new"}], ids=str
)
def test_stream_ends_where_the_person_may_hear_no_more(engineer, reader, before, change) -> None:
    """More than a stream holds sends it to the table, where it is judged anew: no word of what it did not hold."""

    def act() -> None:
        User.objects.filter(pk=engineer.pk).update(**change)
        with get_listener_manager().lock:
            [listener] = get_listener_manager().listeners_by_channel[team_channel(engineer.team_id)]
            listener.overflow = True
        listener.wake_threadsafe()

    assert heard(reader, act)[1:] == ["end"]


def test_stream_is_refused_where_the_right_goes_while_it_opens(engineer, reader) -> None:
    response = open_stream(reader, "")
    User.objects.filter(pk=engineer.pk).update(is_active=False)
    assert pieces_of(response) == []


def test_channel_of_another_team_or_person_cannot_be_read(reader, outsider) -> None:
    assert all(get_channelmanager().can_read_channel(reader, channel) for channel in reader.channels)
    for channel in channels_of(outsider):
        assert not get_channelmanager().can_read_channel(reader, channel)


@pytest.mark.parametrize("end", [lambda user: end_all(), lambda user: hear({"cut": user.pk})], ids=["away", "cut"])
def test_stream_that_is_ended_says_no_other_word(engineer, reader, before, end) -> None:
    def act() -> None:
        with get_listener_manager().lock:
            [listener] = get_listener_manager().listeners_by_channel[team_channel(engineer.team_id)]
            listener.channel_items = {team_channel(engineer.team_id): [Event("x", "session-moved", "{}", before + 1)]}
        end(engineer)

    assert heard(reader, act)[1:] == ["end"]
    assert not get_listener_manager().listeners_by_channel


@pytest.mark.parametrize("text", ["", "nonsense", "-1", "²", "error", "team-1:x", f"team-1:{'9' * 30}"])
def test_position_from_an_unreadable_id_is_the_newest(text) -> None:
    tell(1, 1)
    assert position_from(text, {"team-1"}) == {"team-1": newest()}


def test_position_from_an_id_is_that_of_the_own_channels(before) -> None:
    assert position_from("team-1:7,team-2:8", {"team-1", "user-1"}) == {"team-1": 7, "user-1": before}


@given(st.lists(st.tuples(st.sampled_from(["team-1", "user-3"]), st.integers(1, 9))))
def test_new_never_tells_a_number_of_a_channel_twice_or_out_of_order(events: list[tuple[str, int]]) -> None:
    told, package, heard = {"team-1": 0, "user-3": 0}, {"team-1": 0, "user-3": 0}, []
    for channel, number in events:
        package[channel] = number
        if new(told, "x", make_id(package), "{}"):
            heard.append((channel, number))
    for channel, position in told.items():
        numbers = [number for name, number in heard if name == channel]
        assert numbers == sorted(set(numbers))
        assert position == max((number for name, number in events if name == channel), default=0)


def test_new_begins_anew_at_a_reset_wherever_it_stands() -> None:
    told = {"team-1": 900}
    assert "event: live:reset\nid: team-1:3\n" in new(told, RESET, "team-1:3", "{}")
    assert told == {"team-1": 3}


def test_new_of_a_sign_of_life_has_no_id() -> None:
    assert new({"team-1": 3}, "keep-alive", "", "") == "event: live:alive\ndata: \n\n"


def test_events_answers_a_stream_that_no_proxy_and_no_gzip_holds_back(as_engineer) -> None:
    response = as_engineer.get(reverse("events"), headers={"accept-encoding": "gzip"})
    assert response.headers["Content-Type"] == "text/event-stream"
    assert response.headers["X-Accel-Buffering"] == "no"
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize("asked", ["?es-meta=x", "?recover=true", "?lastEventId=x", "?channel=team-0"])
def test_events_takes_nothing_from_parameters(as_engineer, asked) -> None:
    assert as_engineer.get(reverse("events") + asked).headers["Content-Type"] == "text/event-stream"


def test_events_for_nobody_is_401_and_leads_nowhere(client) -> None:
    response = client.get(reverse("events"), headers={"hx-request": "true"})
    assert response.status_code == 401
    assert not {"Location", "HX-Redirect"} & set(response.headers)
