"""Two people on one session: who is there, and how it moves before the eyes of the other."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from apps.sessions.models import FlowSession
from apps.sessions.services import steps
from apps.sessions.services.steps import Typed
from apps.teams.models import User
from tests.journeys.browser import assert_no_barriers, picture, sign_in
from tests.journeys.scenes import Demo, open_session

TYPED = "Seen on the second notebook too"
Join = Callable[[User], Page]


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


def heading(page: Page) -> str:
    return page.locator("#stage h1").inner_text()


def answer(flow_session: FlowSession, by: User) -> None:
    flow_session.refresh_from_db()
    steps.answer_step(flow_session.pk, by=by, revision=flow_session.revision, choice=0, typed=Typed())


def test_teammate_reading_along_sees_the_session_move_and_who_is_there(page: Page, demo: Demo, join: Join) -> None:
    begun = open_session(page, demo)
    reader = join(demo.colleague)
    reader.goto(begun.get_absolute_url())
    expect(page.locator("#here")).to_contain_text(f"{demo.colleague.name} is here")
    expect(reader.locator("#here")).to_contain_text(f"{demo.engineer.name} is here")
    reader.locator("#note").press_sequentially(TYPED)
    first = heading(page)
    page.locator(".answers").get_by_role("button").first.click()
    expect(page.locator("#stage h1")).not_to_have_text(first)
    expect(reader.locator("#stage h1")).to_have_text(heading(page))
    expect(reader.locator("#path")).to_contain_text(first)
    expect(reader.locator("#sent ol li")).to_have_count(1)
    expect(reader.locator("#note")).to_have_value(TYPED)
    expect(reader.locator("#note")).to_be_focused()
    assert_no_barriers(reader)
    picture(reader, "live-reading-along")
    reader.close()
    expect(page.locator("#here")).not_to_contain_text(demo.colleague.name)
