"""Nothing typed is lost and nothing counts twice: two tabs, double clicks, reloads, sign-outs, a silent server."""

import json
import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page, expect

from apps.sessions.demo.people import PASSWORD, TICKETS
from apps.sessions.models import FlowSession, StepRecord
from tests.journeys.browser import sign_in
from tests.journeys.scenes import VPN, Demo, open_session, session_at

FIRST, SECOND = "Who cannot connect?", "Since when, and what changed?"
LOG = f"{'x' * 999}\n" * 201
TYPED = "It began after the storm"


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def note(page: Page) -> Locator:
    return page.get_by_label("Note for this step")


def state(page: Page) -> Locator:
    return page.locator(".stepnote [data-state]")


def answer(page: Page, label: str = "One person cannot connect") -> None:
    page.locator(".answers").get_by_role("button", name=label).click()


def test_pasted_ticket_suggests_the_flow_and_follows_it(page: Page, demo: Demo) -> None:
    ticket = json.loads(TICKETS.read_text().splitlines()[0])
    sign_in(page, demo.engineer)
    page.goto("/")
    page.get_by_label("Ticket text").fill(f"{ticket['subject']}\n{ticket['body']}")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(heading(page)).to_have_text("Which flow fits?")
    suggested = page.get_by_role("group", name="Suggested flows").get_by_role("button")
    expect(suggested.first).to_contain_text(VPN)
    suggested.first.click()
    expect(heading(page)).to_have_text(FIRST)
    answer(page)
    expect(heading(page)).to_have_text(SECOND)


def test_stale_tab_gets_a_sentence_and_the_fresh_step_and_keeps_its_note(
    page: Page, demo: Demo, problems: list[str]
) -> None:
    begun = open_session(page, demo)
    other = page.context.new_page()
    other.goto(begun.get_absolute_url())
    note(other).fill(TYPED)
    answer(page)
    expect(heading(page)).to_have_text(SECOND)
    answer(other, "Nobody can connect")
    expect(other.get_by_role("alert")).to_contain_text("has moved on in another window")
    expect(heading(other)).to_have_text(SECOND)
    expect(note(other)).to_have_value(TYPED)
    assert StepRecord.objects.filter(flow_session=begun).count() == 1
    problems.clear()  # Chromium writes the status 409 to its console


def test_double_click_on_an_answer_counts_once(page: Page, demo: Demo) -> None:
    begun = open_session(page, demo)
    page.locator(".answers").get_by_role("button", name="One person cannot connect").dblclick()
    expect(heading(page)).to_have_text(SECOND)
    assert StepRecord.objects.filter(flow_session=begun).count() == 1


@pytest.mark.parametrize("moment", ["at once", "when saved"])
def test_reload_keeps_what_was_typed(page: Page, demo: Demo, moment: str) -> None:
    open_session(page, demo)
    note(page).press_sequentially(TYPED)
    if moment == "when saved":
        expect(state(page)).to_have_text("Saved")
    page.reload()
    expect(note(page)).to_have_value(TYPED)


@pytest.mark.parametrize("moment", ["at a key for skipping", "after a reload and a note", "at the end"])
def test_field_that_a_step_needs_is_taken_along_without_filling_in(page: Page, demo: Demo, moment: str) -> None:
    begun = open_session(page, demo, node="internet")
    page.get_by_label("VPN server name").fill("vpn.kestrel.example")
    if moment == "at a key for skipping":
        page.keyboard.press("Escape")
        page.keyboard.press("s")
    elif moment == "after a reload and a note":
        page.reload()
        expect(page.get_by_label("VPN server name")).to_have_value("vpn.kestrel.example")
        note(page).fill(TYPED)
        page.locator(".stepnote").get_by_role("button", name="Add").click()
        expect(page.get_by_text("Noted")).to_be_visible()
        expect(page.get_by_label("VPN server name")).to_have_value("vpn.kestrel.example")
        answer(page, "Web pages open and the VPN name gives")
    else:
        expect(page.locator(".needed [data-state]").first).to_have_text("Saved")
        page.keyboard.press("Escape")
        page.keyboard.press("r")
        page.get_by_role("button", name="Finish and show the note").click()
        expect(page).to_have_url(re.compile("/note/"))
    expect(heading(page)).not_to_contain_text("Does the Internet work")
    begun.refresh_from_db()
    assert begun.variables["vpn_host"] == "vpn.kestrel.example"


def test_output_that_is_too_long_is_refused_in_sight_and_kept_on_the_device(
    page: Page, demo: Demo, problems: list[str]
) -> None:
    open_session(page, demo, node="internet")
    output = page.get_by_label("Output of this command")
    output.fill(LOG)
    expect(page.locator(".paste [data-state]")).to_contain_text("Kept on this device. This text is too long")
    answer(page, "Web pages open and the VPN name gives")
    expect(page.get_by_role("alert")).to_contain_text("longer than 200,000 characters")
    expect(page.get_by_role("alert")).to_be_in_viewport()
    covered = "one => document.elementFromPoint(one.getBoundingClientRect().x + 20, one.getBoundingClientRect().y + 5)"
    assert page.get_by_role("alert").evaluate(f"one => one.contains(({covered})(one))")
    expect(page.locator(".paste [data-state]")).to_contain_text("Kept on this device. This text is too long")
    page.reload()
    expect(output).to_have_value(LOG)
    problems.clear()


def test_output_that_no_farewell_carries_is_saved_all_the_same(page: Page, demo: Demo) -> None:
    begun = open_session(page, demo, node="internet")
    page.get_by_label("Output of this command").fill("line " * 20_000)
    expect(page.locator(".paste [data-state]")).to_have_text("Saved")
    assert begun.drafts.get(field="output-0").text == "line " * 20_000


def test_command_with_gaps_says_so_when_it_is_copied_and_does_not_count_as_run(page: Page, demo: Demo) -> None:
    open_session(page, demo, node="internet")
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Copied with gaps")).to_be_visible()
    expect(page.get_by_label("Ran it")).not_to_be_checked()


def test_reload_keeps_the_tick_on_a_command(page: Page, demo: Demo) -> None:
    begun = open_session(page, demo, "internet", user="mstone@harbour.example", vpn_host="vpn.harbour.example")
    ran = page.get_by_label("Ran it").first
    for ticked in (True, False):
        with page.expect_response("**/draft/ran-0/**"):
            ran.click()
        page.reload()
        expect(ran).to_be_checked(checked=ticked)
        assert begun.drafts.filter(field="ran-0").exists() is ticked


@pytest.mark.parametrize("left", ["by a reload", "to My work", "by an answer in another tab"])
def test_tick_is_kept_however_soon_the_page_is_left(page: Page, demo: Demo, left: str) -> None:
    """Before the draft is posted, which waits 700 ms: the tick must stand there, and count, all the same."""
    begun = open_session(page, demo, "internet", user="mstone@harbour.example", vpn_host="vpn.harbour.example")
    ran = page.get_by_label("Ran it").first
    ran.click()
    if left == "by a reload":
        page.reload()
    else:
        page.goto("/")
        page = page.context.new_page() if left == "by an answer in another tab" else page
        page.goto(begun.get_absolute_url())
    expect(page.get_by_label("Ran it").first).to_be_checked()
    answer(page, "Web pages open and the VPN name gives")
    expect(page.locator(".path .now")).not_to_contain_text("Does the Internet work")
    assert begun.records.get().commands[0]["ran"]


def test_tick_taken_away_at_once_after_a_quick_reload_stays_away(page: Page, demo: Demo) -> None:
    open_session(page, demo, "internet", user="mstone@harbour.example", vpn_host="vpn.harbour.example")
    ran = page.get_by_label("Ran it").first
    ran.click()
    page.reload()
    with page.expect_response("**/draft/ran-0/**"):
        ran.click()
    expect(ran).not_to_be_checked()
    page.wait_for_timeout(1000)  # what was on its way is there
    page.reload()
    expect(ran).not_to_be_checked()


@pytest.mark.parametrize("left", ["by an answer", "by a reload"])
def test_expired_login_keeps_what_was_typed(page: Page, demo: Demo, left: str, problems: list[str]) -> None:
    open_session(page, demo)
    Session.objects.all().delete()
    note(page).fill(TYPED)
    expect(state(page)).to_have_text("Not saved, kept on this device")
    page.wait_for_timeout(1000)
    expect(state(page)).to_have_text("Not saved, kept on this device")
    page.reload() if left == "by a reload" else answer(page)
    page.get_by_label("Email").fill(demo.engineer.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(heading(page)).to_have_text(FIRST)
    expect(note(page)).to_have_value(TYPED)
    problems.clear()  # Chromium writes the status 401 to its console


def test_silent_server_keeps_the_note_on_the_device_and_then_has_it(
    page: Page, demo: Demo, problems: list[str]
) -> None:
    begun = open_session(page, demo)
    page.route("**/pilot/**", lambda route: route.abort())
    note(page).fill(TYPED)
    expect(state(page)).to_have_text("Not saved, kept on this device")
    answer(page)
    expect(page.locator("#toasts")).to_contain_text("The server does not answer. What you typed is still here.")
    expect(heading(page)).to_have_text(FIRST)
    page.unroute("**/pilot/**")
    note(page).press_sequentially(".")
    expect(state(page)).to_have_text("Saved")
    assert begun.drafts.get().text == f"{TYPED}."
    answer(page)
    expect(heading(page)).not_to_have_text(FIRST)
    expect(page.locator("#toasts .toast[data-level=error]")).to_have_count(0)
    problems.clear()


def test_back_forward_and_reload_show_where_the_session_stands(page: Page, demo: Demo) -> None:
    begun = session_at(demo)
    sign_in(page, demo.engineer)
    page.goto("/")
    page.get_by_role("button", name=f"Continue {VPN}").click()
    answer(page)
    expect(heading(page)).to_have_text(SECOND)
    page.go_back()
    expect(heading(page)).to_have_text("My work")
    page.go_forward()
    expect(heading(page)).to_have_text(SECOND)
    page.reload()
    expect(heading(page)).to_have_text(SECOND)
    assert StepRecord.objects.filter(flow_session=begun).count() == 1


def test_paused_session_waits_in_my_work_and_resumes(page: Page, demo: Demo) -> None:
    begun = open_session(page, demo)
    page.get_by_role("link", name="Pause").click()
    page.get_by_label("Waiting for a vendor").check()
    page.get_by_label("Tomorrow 08:00").check()
    page.get_by_role("button", name="Pause", exact=True).click()
    row = page.get_by_role("listitem").filter(has_text=VPN).filter(has_text="70001")
    expect(row).to_contain_text("Waiting for a vendor")
    expect(row).to_contain_text("08:00")
    row.get_by_role("button", name="Resume").click()
    expect(page).to_have_url(begun.get_absolute_url())
    expect(page.get_by_role("button", name="Skip")).to_be_visible()


def test_called_flow_opens_and_returns_with_what_it_found(page: Page, demo: Demo) -> None:
    open_session(page, demo, "names", vpn_host="vpn.harbour.example")
    answer(page, "Open this flow")
    expect(heading(page)).not_to_have_text("Clear the name resolution")
    page.get_by_role("link", name="Jump, or already done").click()
    page.get_by_role("button", name="Jump to A wrong or missing record").click()
    expect(heading(page)).to_have_text("A wrong or missing record")
    answer(page, "Go on in the flow that led here")
    expect(heading(page)).to_have_text("Can the user do the work that failed?")
    expect(page.locator("#path")).to_contain_text("A wrong or missing record")


def test_answer_can_be_undone_for_six_seconds(page: Page, demo: Demo) -> None:
    open_session(page, demo)
    answer(page)
    page.get_by_role("button", name="Undo").click()
    expect(heading(page)).to_have_text(FIRST)
    answer(page)
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_hidden(timeout=7_500)


def test_colleague_reads_along_and_adds_a_note(page: Page, demo: Demo) -> None:
    begun = session_at(demo)
    sign_in(page, demo.colleague)
    page.goto(begun.get_absolute_url())
    expect(page.get_by_text(f"{demo.engineer.name} works on this session.")).to_be_visible()
    expect(page.locator(".answers")).to_have_count(0)
    note(page).fill(TYPED)
    page.locator(".stepnote").get_by_role("button", name="Add").click()
    expect(page.locator("#sent")).to_contain_text(TYPED)
    assert FlowSession.objects.get(pk=begun.pk).owner == demo.engineer


def test_session_of_another_team_is_not_found(page: Page, demo: Demo, problems: list[str]) -> None:
    begun = session_at(demo)
    sign_in(page, demo.stranger)
    for address in (
        begun.get_absolute_url(),
        f"{begun.get_absolute_url()}note/",
        f"{begun.get_absolute_url()}open/pause/",
    ):
        answered = page.goto(address)
        assert answered
        assert answered.status == 404
        expect(heading(page)).to_be_visible()
        assert VPN not in page.content()
    problems.clear()


def test_new_work_outlives_a_reload_and_a_sign_out_and_is_forgotten_once_begun(
    page: Page, demo: Demo, problems: list[str]
) -> None:
    sign_in(page, demo.engineer)
    page.goto("/")
    page.get_by_label("Ticket text").fill(TYPED)
    page.reload()
    expect(page.get_by_label("Ticket text")).to_have_value(TYPED)
    Session.objects.all().delete()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    sign_in(page, demo.engineer)
    page.goto("/")
    expect(page.get_by_label("Ticket text")).to_have_value(TYPED)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(heading(page)).to_have_text("Which flow fits?")
    page.goto("/")
    expect(page.get_by_label("Ticket text")).to_have_value("")
    problems.clear()
