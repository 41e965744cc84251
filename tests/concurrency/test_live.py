"""Live events through real web processes, with each part of the way cut: nothing is lost or doubled, and it is soon."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client as Browser

from apps.core.live import publish, team_channel
from apps.core.permissions import Role
from apps.core.postgres import EmbeddedPostgres
from apps.core.supervisor import web_command
from apps.teams.models import User
from tests.concurrency.pages import OpenPage, Pages
from tests.concurrency.test_outbox import server
from tests.concurrency.waiting import until
from tests.factories.teams import UserFactory

__all__ = ["server"]  # a fixture
SOAK = bool(os.environ.get("RF_SOAK"))
STREAMS = (200, 1000) if SOAK else (20,)
EVENTS = 200 if SOAK else 20
SOON = 5 if SOAK else 15  # seconds; the machine of the tests is shared
ROOT = Path(__file__).parents[2]


class Web:
    """A web process as `manage.py dev` starts it; it keeps its port when it is killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.port = int(self.listener.getsockname()[1])
        self.start()

    def start(self) -> None:
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR"}}
        self.process = subprocess.Popen(
            web_command(self.listener),
            cwd=ROOT,
            env={**kept, "RF_DATA_DIR": str(self.folder), "SECRET_KEY": settings.SECRET_KEY},
            pass_fds=[self.listener.fileno()],
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def webs(server: EmbeddedPostgres) -> Iterator[list[Web]]:
    webs = [Web(server.folder) for _ in range(2)]
    yield webs
    for web in webs:
        web.kill()
        web.listener.close()


@pytest.fixture
def pages() -> Iterator[Pages]:
    pages = Pages()
    yield pages
    pages.close()


def cookie_of(user: User) -> str:
    browser = Browser()
    browser.force_login(user)
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def watching(webs: list[Web], pages: Pages) -> Callable[..., OpenPage]:
    """Open a page of the user in one of the web processes, and wait for its stream."""

    def watching(user: User, web: int = 0, **fields: str) -> OpenPage:
        page = pages.open(OpenPage(webs[web].port, cookie_of(user), **fields))
        until(lambda: page.opened, "an open stream")
        return page

    return watching


@pytest.fixture
def person(server: EmbeddedPostgres) -> User:
    return UserFactory()


def tell(user: User, number: int) -> None:
    with transaction.atomic():
        publish(team_channel(user.team_id or 0), "step", {"id": number})


def numbers(page: OpenPage) -> list[int]:
    return [json.loads(data)["id"] for data in page.told("step")]


def assert_hears_each_once(page: OpenPage, count: int) -> None:
    until(lambda: len(numbers(page)) >= count, "every event", SOON)
    assert numbers(page) == list(range(count))


def end_listening(server: EmbeddedPostgres) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'live-bus'")


def restart_database(server: EmbeddedPostgres) -> None:
    connection.close()
    server._run("pg_ctl", "stop", "-D", str(server.data), "-m", "fast", "-w")
    server.acquire()


@pytest.mark.parametrize("cut", [end_listening, restart_database])
def test_cut_between_database_and_web_process_loses_and_doubles_nothing(server, watching, person, cut) -> None:
    watched = [watching(person, web) for web in (0, 1)]
    for number in range(EVENTS):
        if number == EVENTS // 2:
            cut(server)
        tell(person, number)
    for page in watched:
        assert_hears_each_once(page, EVENTS)


def test_killed_web_process_loses_and_doubles_nothing(webs, watching, person) -> None:
    page = watching(person)
    for number in range(EVENTS):
        if number == EVENTS // 2:
            webs[0].kill()
        tell(person, number)
    webs[0].start()
    until(lambda: page.opened > 1, "the stream of the new process")
    assert_hears_each_once(page, EVENTS)


def test_page_that_slept_hears_what_it_missed_each_once(pages, watching, person) -> None:
    page = watching(person)
    tell(person, 0)
    assert_hears_each_once(page, 1)
    pages.sleep(page)
    for number in range(1, EVENTS):
        tell(person, number)
    pages.open(page)
    assert_hears_each_once(page, EVENTS)


def test_another_team_hears_nothing_whatever_it_asks_for(watching, person) -> None:
    other = UserFactory()
    asked = f"?channel=team-{person.team_id}&channels=team-{person.team_id}&lastEventId=0"
    forged, own = watching(other, query=asked, last="0"), watching(person)
    for number in range(EVENTS):
        tell(person, number)
    tell(other, 99)
    assert_hears_each_once(own, EVENTS)
    until(lambda: 99 in numbers(forged), "the event of the own team", SOON)
    assert numbers(forged) == [99]


def sign_out(user: User, page: OpenPage) -> None:
    browser = Browser()
    browser.cookies[settings.SESSION_COOKIE_NAME] = page.cookie
    browser.post("/accounts/logout/")


def change_person(user: User, **fields: str) -> None:
    lead = UserFactory(team=user.team, role=Role.TEAM_ADMIN)
    browser = Browser()
    browser.force_login(lead)
    person = {"email": user.email, "name": user.name, "role": user.role, "time_zone": "UTC", "is_active": "on"}
    browser.post(f"/admin/teams/user/{user.pk}/change/", person | fields)


@pytest.mark.parametrize(
    "act",
    [
        sign_out,
        lambda user, page: change_person(user, is_active=""),
        lambda user, page: change_person(user, password_input="quite a long password"),
    ],
    ids=["sign-out", "deactivation", "new password"],
)
def test_stream_in_another_process_ends_with_the_right_to_it(watching, person, act) -> None:
    watched = [watching(person, web) for web in (0, 1)]
    act(person, watched[0])
    until(lambda: watched[0].status == 401, "the end of the stream", SOON)
    if act is not sign_out:  # which ends one sign-in of the two
        until(lambda: watched[1].status == 401, "the end of the other stream", SOON)
    assert watched[0].status == 401


def test_stream_is_judged_anew_when_the_role_changes(watching, person) -> None:
    page = watching(person, 1)
    change_person(person, role="viewer")
    until(lambda: page.opened == 2, "a new stream", SOON)
    tell(person, 0)
    assert_hears_each_once(page, 1)


@pytest.mark.parametrize("count", STREAMS)
def test_many_streams_open_stay_open_and_take_few_connections(webs, pages, watching, person, count) -> None:
    first = watching(person)
    watched = [first, *(pages.open(OpenPage(webs[0].port, first.cookie)) for _ in range(count - 1))]
    until(lambda: all(page.opened for page in watched), "every stream")
    tell(person, 0)
    for page in watched:
        assert_hears_each_once(page, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = 'rf' AND pid <> pg_backend_pid()")
        connections = cursor.fetchone()[0]
    assert connections <= 22  # ten and the listening one of each of the two web processes
    time.sleep(25 if SOAK else 0)  # past a sign of life
    assert {page.opened for page in watched} == {1}
    assert Browser().get("/healthz").status_code == 200
