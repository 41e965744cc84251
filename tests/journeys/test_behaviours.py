"""Each behaviour in a real browser, on the specimen page and under the strict policy."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from apps.teams.models import User
from tests.journeys import specimen
from tests.journeys.browser import (
    look_at,
    set_theme,
    sign_in,
)

TOAST = "#toasts .toast"


@pytest.fixture
def shown(page: Page, settings: Settings, engineer: User) -> Page:
    settings.ROOT_URLCONF = "tests.journeys.specimen"
    specimen.DRAFTS.clear()
    sign_in(page, engineer)
    page.goto("/")
    return page


def test_shell_has_no_barriers_at_any_width(shown: Page) -> None:
    look_at(shown, "shell")


def test_theme_switches_at_once_and_stays(shown: Page) -> None:
    set_theme(shown, "light")
    shown.reload()
    with shown.expect_response("**/theme/"):
        shown.get_by_role("button", name="Switch between light and dark").click()
    expect(shown.locator("html")).to_have_attribute("data-theme", "dark")
    shown.reload()
    expect(shown.locator("html")).to_have_attribute("data-theme", "dark")


def test_user_menu_signs_out(shown: Page) -> None:
    shown.locator(".me").click()
    shown.get_by_role("button", name="Sign out").click()
    expect(shown).to_have_url("/accounts/login/")


def test_answer_focuses_the_next_heading_announces_it_and_shows_the_message(shown: Page) -> None:
    shown.get_by_role("button", name="Yes").click()
    expect(shown.get_by_role("heading", name="Step 2")).to_be_focused()
    expect(shown.locator("rf-focus")).to_have_text("Step 2 of about 8")
    expect(shown.locator(TOAST)).to_contain_text("Answered yes")


def test_wrong_answer_focuses_the_wrong_field(shown: Page, problems: list[str]) -> None:
    shown.get_by_role("button", name="Wrong").click()
    expect(shown.get_by_label("Note")).to_be_focused()
    problems.clear()  # Chromium writes every status of 400 and above to its console


def test_failed_request_leaves_the_page_says_so_and_gives_the_focus_back(shown: Page, problems: list[str]) -> None:
    shown.get_by_role("button", name="Fail").click()
    expect(shown.locator(TOAST)).to_contain_text("What you typed is still here")
    expect(shown.get_by_role("heading", name="Step 1")).to_be_visible()
    expect(shown.get_by_role("button", name="Fail")).to_be_focused()
    shown.locator(TOAST).get_by_role("button", name="Close").click()
    expect(shown.locator(TOAST)).to_have_count(0)
    problems.clear()


def test_double_click_sends_one_answer(shown: Page) -> None:
    sent: list[str] = []
    shown.on("request", lambda request: sent.append(request.url))
    shown.get_by_role("button", name="Yes").click(click_count=3)
    expect(shown.get_by_role("heading", name="Step 2")).to_be_visible()
    expect(shown.locator(".htmx-request")).to_have_count(0)
    assert [url for url in sent if "/answer/" in url] == [f"{shown.url}answer/1/"]


def test_message_goes_after_six_seconds_and_an_error_stays(shown: Page, problems: list[str]) -> None:
    shown.clock.install()
    shown.reload()
    shown.get_by_role("button", name="Yes").click()
    expect(shown.locator(TOAST)).to_have_count(1)
    shown.get_by_role("button", name="Fail").click()
    expect(shown.locator(TOAST)).to_have_count(2)
    shown.clock.run_for(8_000)
    expect(shown.locator(TOAST)).to_have_count(1)
    expect(shown.locator(TOAST)).to_contain_text("That did not work")
    problems.clear()


def test_single_key_answers_but_not_in_a_burst_or_a_field(shown: Page) -> None:
    shown.keyboard.type("x1")
    shown.keyboard.press("n")
    expect(shown.get_by_label("Note")).not_to_be_focused()
    shown.wait_for_timeout(350)
    shown.keyboard.press("n")
    expect(shown.get_by_label("Note")).to_be_focused()
    shown.keyboard.press("1")
    expect(shown.get_by_label("Note")).to_have_value("1")
    shown.keyboard.press("Escape")
    shown.wait_for_timeout(350)
    shown.keyboard.press("1")
    expect(shown.get_by_role("heading", name="Step 2")).to_be_focused()


def test_enter_does_what_has_the_focus_first(shown: Page) -> None:
    shown.get_by_role("button", name="Yes").focus()
    shown.keyboard.press("Enter")
    expect(shown.locator("#last")).to_have_text("yes")
    shown.keyboard.press("Enter")
    expect(shown.locator("#last")).to_have_text("done")


def test_keys_from_inside_the_note_answer_and_save(shown: Page) -> None:
    shown.get_by_label("Note").focus()
    shown.keyboard.press("Alt+1")
    expect(shown.locator("#last")).to_have_text("yes")
    shown.get_by_label("Note").focus()
    shown.keyboard.press("Control+Enter")
    expect(shown.locator("#last")).to_have_text("note")


def test_keys_under_an_open_dialog_reach_only_the_dialog(shown: Page) -> None:
    shown.keyboard.press("p")
    expect(shown.get_by_role("dialog")).to_be_visible()
    shown.wait_for_timeout(350)
    shown.keyboard.press("1")
    shown.wait_for_timeout(350)
    shown.keyboard.press("y")
    expect(shown.get_by_role("dialog")).to_be_hidden()
    expect(shown.get_by_role("heading", name="Step 1")).to_be_visible()


def test_keys_switched_off_leave_alt_and_control(shown: Page, engineer: User) -> None:
    engineer.single_keys = False
    engineer.save()
    shown.reload()
    shown.keyboard.press("n")
    expect(shown.get_by_label("Note")).not_to_be_focused()
    shown.keyboard.press("Alt+1")
    expect(shown.locator("#last")).to_have_text("yes")


@pytest.mark.parametrize("secure", [True, False])
def test_copy_puts_text_and_html_on_the_clipboard(shown: Page, secure: bool) -> None:
    if not secure:
        shown.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        shown.reload()
    shown.get_by_role("button", name="Copy").click()
    expect(shown.get_by_role("button", name="Copied")).to_be_focused()
    if not secure:
        shown = shown.context.new_page()
        shown.goto("/")
        shown.bring_to_front()
    text, html = shown.evaluate(
        """async () => { const [item] = await navigator.clipboard.read();
        return Promise.all(['text/plain', 'text/html'].map(async kind => (await item.getType(kind)).text())); }"""
    )
    assert text == "Get-Service"
    assert "<b" in html


def test_timer_counts_on_from_the_server(shown: Page) -> None:
    expect(shown.locator("rf-timer")).to_have_text("1:02:07", timeout=4_000)


def test_draft_is_saved_soon_after_typing_stops(shown: Page) -> None:
    shown.get_by_label("Note").press_sequentially("Rebooted")
    expect(shown.locator("[data-state]")).to_have_text("Saved", timeout=2_000)
    assert specimen.DRAFTS == ["Rebooted"]


def test_draft_without_a_server_is_kept_on_the_device_and_comes_back(shown: Page, problems: list[str]) -> None:
    shown.route("**/draft/", lambda route: route.abort())
    shown.get_by_label("Note").fill("Cable was loose")
    expect(shown.locator("[data-state]")).to_have_text("Not saved, kept on this device")
    shown.wait_for_timeout(900)
    shown.unroute("**/draft/")
    shown.reload()
    expect(shown.get_by_label("Note")).to_have_value("Cable was loose")
    expect(shown.locator("[data-state]")).to_have_text("Saved", timeout=3_000)
    assert specimen.DRAFTS[-1] == "Cable was loose"
    problems.clear()


def test_draft_beside_another_text_of_the_server_is_added_beneath(shown: Page, problems: list[str]) -> None:
    shown.get_by_label("Note").fill("First")
    expect(shown.locator("[data-state]")).to_have_text("Saved")
    shown.route("**/draft/", lambda route: route.abort())
    shown.get_by_label("Note").fill("First and mine")
    shown.wait_for_timeout(900)
    shown.unroute("**/draft/")
    specimen.DRAFTS.append("First and theirs")
    shown.reload()
    expect(shown.get_by_label("Note")).to_have_value("First and theirs\nFirst and mine")
    problems.clear()


def test_draft_is_forgotten_when_the_server_confirmed_the_form(shown: Page) -> None:
    shown.get_by_label("Note").fill("Done")
    shown.get_by_role("button", name="Yes").click()
    expect(shown.get_by_role("heading", name="Step 2")).to_be_visible()
    assert shown.evaluate("Object.keys(localStorage).filter(name => name.startsWith('rf-draft'))") == []


def test_draft_that_a_swap_takes_away_is_still_sent(shown: Page) -> None:
    shown.get_by_label("Note").fill("Half a thou")
    with shown.expect_response("**/draft/"):
        shown.get_by_role("button", name="Skip").click()
    expect(shown.get_by_role("heading", name="Step 2")).to_be_visible()
    assert specimen.DRAFTS == ["Half a thou"]
