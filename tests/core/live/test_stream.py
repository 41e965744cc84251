from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse

from apps.core.live import publish, team_channel, user_channel
from apps.core.live.channels import channels_of
from apps.core.live.hub import Hub, Listener
from apps.core.live.store import newest
from apps.core.live.stream import encode, position_from, stream
from apps.core.permissions import Role
from apps.teams.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def session_key(as_engineer: Browser) -> str:
    return as_engineer.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def before() -> int:
    """The number of an event that was there before the test."""
    tell(0, 0)
    return newest()


def tell(team_id: int, number: int) -> None:
    with transaction.atomic():
        publish(team_channel(team_id), "session-moved", {"id": number})


def heard(user: User, session_key: str, *acts: Callable[[Hub], Any], last: int | str = "") -> list[str]:
    """Open a stream as the user, do the acts one after another, and return each piece that came."""

    @async_to_sync
    async def run() -> list[str]:
        hub = Hub()
        channels = await sync_to_async(channels_of)(user)
        position = await sync_to_async(position_from)(str(last))
        source = stream(Listener(channels, position), session_key, hub)
        pieces = [(await anext(source)).decode()]
        for act in acts:
            await sync_to_async(act)(hub)
            pieces.append((await anext(source, b"end")).decode())
        await source.aclose()
        assert not hub.listeners
        return pieces

    return run()


def test_stream_opens_by_saying_where_it_stands(engineer, session_key) -> None:
    tell(engineer.team_id, 1)
    assert heard(engineer, session_key) == [f"event: live:open\nid: {newest()}\ndata: \n\n"]


def test_stream_tells_what_was_missed_and_then_what_comes_each_once(engineer, session_key, before) -> None:
    team = team_channel(engineer.team_id)

    def missed(hub: Hub) -> None:
        tell(engineer.team_id, 1)
        hub.hear([team, before + 1, "session-moved", '{"id": 1}'])

    def comes(hub: Hub) -> None:
        hub.hear([team, before + 1, "session-moved", '{"id": 1}'])
        hub.hear([team, before + 2, "session-moved", '{"id": 2}'])

    assert heard(engineer, session_key, missed, comes, last=before)[1:] == [
        f'event: session-moved\nid: {before + 1}\ndata: {{"id": 1}}\n\n',
        f'event: session-moved\nid: {before + 2}\ndata: {{"id": 2}}\n\n',
    ]


def test_stream_is_quiet_about_other_teams(engineer, outsider, session_key, before) -> None:
    tell(outsider.team_id, 1)
    [_, told] = heard(engineer, session_key, lambda hub: tell(engineer.team_id, 2), last=before)
    assert told.endswith('data: {"id": 2}\n\n')
    assert told.count("event:") == 1


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"role": Role.SUPER_ADMIN, "team": None}, {"password": "new"}], ids=str
)
def test_stream_ends_where_the_person_may_hear_no_more(engineer, session_key, change) -> None:
    def act(hub: Hub) -> None:
        User.objects.filter(pk=engineer.pk).update(**change)
        tell(engineer.team_id, 1)
        hub.all_fall_behind()

    assert heard(engineer, session_key, act)[1:] == ["end"]


def test_stream_that_is_cut_ends_without_another_word(engineer, session_key) -> None:
    def act(hub: Hub) -> None:
        hub.hear([team_channel(engineer.team_id), 1, "session-moved", "{}"])
        hub.hear({"cut": engineer.pk})

    assert heard(engineer, session_key, act)[1:] == ["end"]


@pytest.mark.parametrize("text", ["", "nonsense", "-1", "²", "error", "9" * 30])
def test_position_from_an_unreadable_id_is_the_newest(text) -> None:
    tell(1, 1)
    assert position_from(text) == newest()


def test_encode_without_a_number_has_no_id() -> None:
    assert encode("live:alive", "") == b"event: live:alive\ndata: \n\n"


def test_events_answers_a_stream_that_no_proxy_and_no_gzip_holds_back(as_engineer, engineer) -> None:
    response = as_engineer.get(reverse("events"), headers={"accept-encoding": "gzip"})
    assert response.headers["Content-Type"] == "text/event-stream"
    assert response.headers["X-Accel-Buffering"] == "no"
    assert "Content-Encoding" not in response.headers
    assert user_channel(engineer.pk) in channels_of(engineer)


def test_events_for_nobody_is_401_and_leads_nowhere(client) -> None:
    response = client.get(reverse("events"), headers={"hx-request": "true"})
    assert response.status_code == 401
    assert not {"Location", "HX-Redirect"} & set(response.headers)
