"""A real Chromium against the real ASGI stack: Content-Security-Policy, compressed static files, hashed names."""

import os
import socket
from collections.abc import Iterator
from threading import Thread
from time import monotonic, sleep

import pytest
import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django import DjangoDbBlocker

from apps.core.templatetags import ui
from apps.teams.models import User
from tests import rows
from tests.hang_up import hang_up
from tests.journeys.browser import ARGUMENTS, CHROMIUM, Join, sign_in
from tests.journeys.scenes import Demo, find_demo

# The synchronous interface of Playwright runs a loop in this thread, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
REPORT_VIOLATIONS = """document.addEventListener('securitypolicyviolation',
    event => console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))"""

BUSY = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Closed after the last journey: its loop runs in the tests' own thread, where no other loop could run."""
    if CHROMIUM is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("there is no Chromium in PATH")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def demo_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> rows.Rows:
    """The demo teams with the starter library. Reading it takes seconds, and a process may come back here."""
    with django_db_blocker.unblock():
        rows.begin_with({})
        call_command("seed_demo", sessions=3, handoffs=False, verbosity=0)
        made = rows.all_rows()
        rows.bring_back()
    return made


@pytest.fixture(autouse=True, scope="package")
def _leave_none(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    yield
    with django_db_blocker.unblock():
        rows.begin_with({})


@pytest.fixture(autouse=True)
def _begin(request: pytest.FixtureRequest, transactional_db: None) -> None:
    """A journey finds the demo teams or no rows at all."""
    rows.begin_with(request.getfixturevalue("demo_rows") if "demo" in request.fixturenames else {})


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Address of the running site."""
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": "apps.core.staticfiles.BundledStaticFilesStorage"}}
    # Icons and navigation keep addresses of the storage they were first drawn with.
    ui._icon.cache_clear()
    ui._nav.cache_clear()
    with override_settings(STATIC_ROOT=tmp_path_factory.mktemp("static"), STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = uvicorn.Server(uvicorn.Config(get_asgi_application(), lifespan="off", log_level="warning"))
            thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
            thread.start()
            yield f"http://localhost:{listener.getsockname()[1]}"
            server.should_exit = server.force_exit = True
            thread.join()
            with django_db_blocker.unblock():
                hang_up()
                connection.close()  # beside the browser's loop Django keeps another one than without


@pytest.fixture
def problems() -> list[str]:
    """What the browser complained about; a journey that provokes a complaint clears it."""
    return []


@pytest.fixture
def context(browser: Browser, served: str, transactional_db: None, problems: list[str]) -> Iterator[BrowserContext]:
    """A fresh browser profile; its pages take addresses relative to the site."""
    context = browser.new_context(base_url=served, viewport={"width": 1440, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.add_init_script(REPORT_VIOLATIONS)
    context.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: problems.append(str(error.error)))
    yield context
    context.close()
    wait_until_quiet()


def wait_until_quiet() -> None:
    """A page that closes sends its last draft; emptying the tables meanwhile would deadlock with it."""
    quiet, end = 0, monotonic() + 10
    while quiet < 3 and monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(BUSY)
            quiet = 0 if cursor.fetchone()[0] else quiet + 1
        sleep(0.02)


@pytest.fixture
def page(context: BrowserContext, problems: list[str]) -> Iterator[Page]:
    """A page that fails its test on any console error or violation of the Content-Security-Policy."""
    yield context.new_page()
    assert not problems, "\n".join(problems)


@pytest.fixture
def demo(transactional_db: None) -> Demo:
    return find_demo()


@pytest.fixture
def join(browser: Browser, served: str, context: BrowserContext, problems: list[str]) -> Iterator[Join]:
    """Another person, in a browser of their own."""
    others: list[BrowserContext] = []

    def join(user: User) -> Page:
        other = browser.new_context(base_url=served, viewport={"width": 1440, "height": 900})
        other.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        others.append(other)
        page = other.new_page()
        sign_in(page, user)
        return page

    yield join
    for other in others:
        other.close()
