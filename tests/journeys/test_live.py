"""Two people on one session: who is there, and how it moves before the eyes of the other."""

import time

from django_eventstream.views import get_listener_manager
from playwright.sync_api import Page, expect

from apps.core.live import user_channel
from apps.sessions.models import FlowSession
from apps.sessions.services import steps
from apps.sessions.services.lifecycle import resolve_session
from apps.sessions.services.steps import Typed
from apps.teams.models import User
from tests.concurrency.waiting import until
from tests.journeys.browser import Join, assert_no_barriers, picture, sign_in
from tests.journeys.scenes import Demo, open_session, session_at

TYPED = "Seen on the second notebook too"
# Chromium without a screen shows every tab, so the page is told that it is hidden.
HIDES = """{
    let hidden = false;
    Object.defineProperty(document, 'hidden', { get: () => hidden });
    Object.defineProperty(document, 'visibilityState', { get: () => hidden ? 'hidden' : 'visible' });
    window.hide = value => { hidden = value; document.dispatchEvent(new Event('visibilitychange')); };
}"""
SOON = 5_000  # milliseconds


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


def test_second_tab_of_the_owner_moves_along_unless_something_is_typed_there(page: Page, demo: Demo) -> None:
    begun = open_session(page, demo)
    first = heading(page)
    second = page.context.new_page()
    second.goto(begun.get_absolute_url())
    second.locator("#here").wait_for(state="attached")
    expect(second.get_by_label("Note for this step")).to_be_visible()
    answer(begun, demo.engineer)
    expect(page.locator("#stage h1")).not_to_have_text(first)
    moved = heading(page)
    page.locator("#note").press_sequentially(TYPED)
    answer(begun, demo.engineer)
    expect(page.locator("#moved-on")).to_contain_text("has moved on in another window")
    expect(page.locator("#stage h1")).to_have_text(moved)
    expect(page.locator("#note")).to_have_value(TYPED)
    assert_no_barriers(page)
    picture(page, "live-moved-on")


def test_open_note_follows_its_session_in_the_view_that_was_chosen(page: Page, demo: Demo) -> None:
    begun = session_at(demo, "internet")
    sign_in(page, demo.engineer)
    page.goto(f"/pilot/{begun.pk}/note/")
    page.get_by_role("group").get_by_text("Plain text").click()
    text = page.locator("#note-text")
    expect(text).to_contain_text("Incomplete: work is still going on.", timeout=SOON)
    begun.refresh_from_db()
    resolve_session(
        begun.pk, by=demo.engineer, revision=begun.revision, outcome="resolved", closing_note="A new cable helped."
    )
    expect(text).to_contain_text("A new cable helped.", timeout=SOON)
    expect(text).to_be_visible()
    expect(text).not_to_contain_text("Incomplete")
    expect(page.locator("#note-facts")).to_contain_text("Resolved")
    expect(page.locator("#pushes")).not_to_contain_text("Post progress")
    assert "A new cable helped." in page.locator("#note-psa").evaluate("kept => kept.content.textContent")


def test_lists_show_work_and_people_as_they_come(page: Page, demo: Demo, join: Join) -> None:
    begun = session_at(demo)
    sign_in(page, demo.viewer)
    page.goto("/sessions/")
    reader = join(demo.colleague)
    reader.goto(begun.get_absolute_url())
    row = page.locator("#rows li").filter(has=page.locator(f'a[href="{begun.get_absolute_url()}"]'))
    expect(row).to_contain_text(f"{demo.colleague.name} is here")
    begun.refresh_from_db()
    resolve_session(begun.pk, by=demo.engineer, revision=begun.revision, outcome="resolved")
    expect(row).to_contain_text("Resolved")
    expect(reader.locator("#moved-on")).to_contain_text("This session has ended: resolved.")
    expect(reader.locator("#stage")).to_contain_text(f"{demo.engineer.name} has finished this session.")
    expect(reader.locator("#sent")).not_to_contain_text("work is still going on")
    for ahead in ("Now", "left"):
        expect(reader.locator("#path")).not_to_contain_text(ahead)
    assert_no_barriers(reader)
    picture(reader, "live-ended")
    assert_no_barriers(page)
    picture(page, "live-list")


def streams_of(user: User) -> int:
    return len(get_listener_manager().listeners_by_channel.get(user_channel(user.pk), ()))


def test_stream_begins_after_all_that_listens_to_it_however_late_that_comes(page: Page, demo: Demo) -> None:
    page.route("**/js/app*.js", lambda route: (time.sleep(1), route.continue_()))
    with page.expect_response(lambda answer: "shows=" in answer.url, timeout=SOON):
        open_session(page, demo)


def test_hidden_tab_lets_its_stream_go_and_is_true_again_when_it_shows(page: Page, demo: Demo) -> None:
    page.add_init_script(HIDES)
    page.add_init_script("sessionStorage.removeItem('rf-live')")  # else an old stream goes on
    with page.expect_response(lambda answer: "shows=" in answer.url):  # a new stream asks what was missed before it
        begun = open_session(page, demo)
    until(lambda: streams_of(demo.engineer) == 1, "the stream of the page")
    first = heading(page)
    page.evaluate("hide(true)")
    until(lambda: streams_of(demo.engineer) == 0, "the end of the stream of a hidden page")
    answer(begun, demo.engineer)
    page.wait_for_timeout(2_000)  # twice as long as a page in view takes to look for its stream
    assert (heading(page), streams_of(demo.engineer)) == (first, 0)
    page.evaluate("hide(false)")
    expect(page.locator("#stage h1")).not_to_have_text(first, timeout=SOON)
    until(lambda: streams_of(demo.engineer) == 1, "the stream of the page that shows again")
