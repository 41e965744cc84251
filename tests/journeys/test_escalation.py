"""From "Get help" to what became of it, with the junior and the senior each in a browser of their own."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Locator, Page, expect

from apps.escalations.models import HandoffStatus, Intent, SessionHandoff
from apps.escalations.services import Call, HandoffManager
from apps.sessions.models import FlowSession, Status
from apps.teams.models import User
from tests.journeys.browser import Join, assert_no_barriers, assert_no_sideways_scroll, picture, set_width, sign_in
from tests.journeys.scenes import Demo, open_session, session_at

ASKED = "I may not change the VPN profile. Can somebody put EAP-TLS back?"
ADVICE = "Read the error number on the console, then call me."
FIX = "EAP-TLS put back into the profile"


@pytest.fixture
def senior(demo: Demo) -> User:
    return User.objects.get(email="senior@demo.example")


def notice(page: Page) -> Locator:
    return page.locator("#bell .notice").first


def escalate(page: Page) -> SessionHandoff:
    """By mouse, from the step."""
    page.locator(".actions").get_by_role("link", name="Help").click()
    page.get_by_label("What do you need?").fill(ASKED)
    page.get_by_role("button", name="Escalate", exact=True).click()
    expect(page.locator(".banner.top")).to_contain_text("Waiting for a senior")
    return SessionHandoff.objects.get()


def open_bell(page: Page) -> None:
    page.locator("rf-bell button").first.click()
    expect(notice(page)).to_contain_text("needs a senior")


def test_senior_picks_up_from_the_bell_and_resolves_and_the_junior_is_told(
    page: Page, demo: Demo, senior: User, join: Join
) -> None:
    helper = join(senior)
    helper.goto("/library/")
    begun = open_session(page, demo)
    handoff = escalate(page)
    expect(helper.locator("#bell-count")).to_contain_text("1")
    expect(helper.locator("#toasts")).to_contain_text(f"{demo.engineer.name} needs a senior")
    expect(helper).to_have_title("(1) Library · ResolutionFlow")
    expect(helper.locator("#escalation-count")).to_contain_text("1")
    open_bell(helper)
    assert_no_barriers(helper)
    picture(helper, "escalation-bell")
    notice(helper).get_by_role("button", name="Pick up").click()
    helper.wait_for_url(f"**{begun.get_absolute_url()}")
    expect(helper.locator(".banner.top")).to_contain_text(ASKED)
    expect(page.locator("#toasts")).to_contain_text(f"{senior.name} picked up what you handed over")
    expect(page.locator(".banner.top")).to_have_count(0)
    helper.locator(".answers").get_by_role("button", name="One person cannot connect").click()
    expect(helper.locator("#path")).to_contain_text("One person cannot connect")
    resolve(helper, begun)
    expect(helper.get_by_role("heading", name="What fixed it?")).to_be_visible()
    helper.get_by_label("Something else").fill(FIX)
    helper.get_by_role("button", name="Save", exact=True).click()
    expect(helper.locator("main")).to_contain_text(FIX)
    expect(page.locator("#toasts")).to_contain_text(f"{senior.name} says what fixed it")
    handoff.refresh_from_db()
    begun.refresh_from_db()
    assert (handoff.fixed_by, begun.status, begun.owner) == (FIX, Status.RESOLVED, senior)


def resolve(page: Page, flow_session: FlowSession) -> None:
    page.get_by_role("link", name="Fixed, finish").click()
    page.get_by_role("button", name="Finish", exact=False).last.click()
    page.wait_for_url(f"**{reverse('documentation:note-page', args=[flow_session.pk])}")


def test_senior_reads_the_briefing_takes_over_and_returns_with_advice(
    page: Page, demo: Demo, senior: User, join: Join
) -> None:
    helper = join(senior)
    helper.goto("/")
    begun = open_session(page, demo)
    escalate(page)
    open_bell(helper)
    notice(helper).get_by_role("link", name="Read briefing").click()
    expect(helper.get_by_role("heading", name="What we know")).to_be_visible()
    expect(helper.locator(".ways")).to_contain_text("AI is off for your team")
    helper.get_by_role("button", name="Take it from here").click()
    helper.wait_for_url(f"**{begun.get_absolute_url()}")
    helper.get_by_text("Return it with advice").click()
    helper.get_by_label("What to do next").fill(ADVICE)
    helper.get_by_role("button", name="Return to").click()
    expect(page.locator("#toasts")).to_contain_text(f"{senior.name} returned it with advice")
    expect(page.locator(".banner.top")).to_contain_text(ADVICE)
    assert SessionHandoff.objects.get().status == HandoffStatus.RETURNED
    begun.refresh_from_db()
    assert begun.owner == demo.engineer


def test_what_is_typed_into_a_step_that_came_back_by_itself_is_kept(page: Page, demo: Demo, senior: User) -> None:
    open_session(page, demo)
    handoff = escalate(page)
    HandoffManager(senior).claim_handoff(handoff.pk)
    HandoffManager(senior).return_handoff(handoff.pk, advice=ADVICE)
    expect(page.locator(".banner.top")).to_contain_text(ADVICE)
    expect(page.locator(".answers")).to_be_visible()
    page.get_by_label("Note for this step").fill("Tried it")
    expect(page.locator(".stepnote [data-state]")).to_have_text("Saved")
    page.reload()
    expect(page.get_by_label("Note for this step")).to_have_value("Tried it")


def test_queue_and_pick_up_screen_show_live_who_is_looking_at_it(
    page: Page, demo: Demo, senior: User, join: Join
) -> None:
    given = HandoffManager(demo.engineer).create_handoff(session_at(demo).pk, intent=Intent.ESCALATE, call=Call())
    sign_in(page, demo.colleague)
    page.goto("/escalations/")
    helper = join(senior)
    helper.goto(given.get_absolute_url())
    expect(page.locator("#queue")).to_contain_text(f"{senior.name} is here")
    page.get_by_role("link", name="Pick up").click()
    expect(page.locator("#here")).to_contain_text(f"{senior.name} is here")
    expect(helper.locator("#here")).to_contain_text(f"{demo.colleague.name} is here")
    picture(page, "escalation-looked-at")
    helper.close()
    expect(page.locator("#here")).not_to_contain_text(senior.name)


def test_whole_way_by_keyboard_alone(page: Page, demo: Demo, senior: User, join: Join) -> None:
    begun = open_session(page, demo)
    page.keyboard.press("e")
    expect(page.get_by_role("heading", name="Get help")).to_be_visible()
    page.get_by_label("What do you need?").focus()
    page.keyboard.type(ASKED)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".banner.top")).to_contain_text("Waiting for a senior")
    helper = join(senior)
    helper.goto(SessionHandoff.objects.get().get_absolute_url())
    expect(helper.locator(".ways")).to_be_visible()
    helper.keyboard.press("1")
    helper.wait_for_url(f"**{begun.get_absolute_url()}")
    first = helper.locator("#stage h1").inner_text()
    helper.keyboard.press("1")
    expect(helper.locator("#stage h1")).not_to_have_text(first)


def test_whole_way_on_a_phone(page: Page, demo: Demo, senior: User, join: Join) -> None:
    helper = join(senior)
    for each in (page, helper):
        set_width(each, 390)
    helper.goto("/escalations/")
    begun = open_session(page, demo)
    escalate(page)
    assert_no_sideways_scroll(page)
    helper.get_by_role("link", name="Pick up").click()
    helper.get_by_role("button", name="Pick up, continue").click()
    helper.wait_for_url(f"**{begun.get_absolute_url()}")
    assert_no_sideways_scroll(helper)


def test_help_pick_up_and_return_work_without_javascript(
    browser: Browser, served: str, demo: Demo, senior: User
) -> None:
    context = browser.new_context(base_url=served, java_script_enabled=False)
    page = context.new_page()
    begun = open_session(page, demo)
    escalate(page)
    sign_in(page, senior)
    page.goto("/escalations/")
    page.get_by_role("link", name="Pick up").click()
    page.get_by_role("button", name="Pick up, continue").click()
    page.get_by_text("Return it with advice").click()
    page.get_by_label("What to do next").fill(ADVICE)
    page.get_by_role("button", name="Return to").click()
    assert SessionHandoff.objects.get().answer == ADVICE
    begun.refresh_from_db()
    assert begun.owner == demo.engineer
    context.close()


def test_open_panel_is_not_said_to_have_moved_on_where_nothing_did(page: Page, demo: Demo) -> None:
    begun = open_session(page, demo)
    page.goto(reverse("escalations:help", args=[begun.pk]))
    expect(page.locator("#here")).to_be_attached()
    with page.expect_response(lambda response: "?shows=" in response.url):
        page.locator("body").dispatch_event("live:refresh")  # by itself only where the tab heard of nothing before
    expect(page.locator("#moved-on")).to_be_empty()
