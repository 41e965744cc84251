"""Being told: the bell, its list, the page of all notifications and what comes by e-mail."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect

from apps.notifications.models import Notification
from apps.notifications.services import mark_all_read, notify, withdraw
from apps.sessions.models import FlowSession
from apps.sessions.notices import WOKE
from apps.sessions.services.lifecycle import pause_session
from apps.sessions.services.telling import wake_sessions
from apps.teams.models import User
from tests.factories.notifications import NotificationFactory
from tests.journeys.browser import (
    Join,
    assert_no_barriers,
    assert_no_sideways_scroll,
    look_at,
    picture,
    set_width,
    sign_in,
)
from tests.journeys.scenes import Demo, session_at


@pytest.fixture
def told(engineer: User) -> list[Notification]:
    now = timezone.now()
    action = {"label": "In an hour", "url": "/theme/", "primary": False, "fields": {}}
    return [
        NotificationFactory(recipient=engineer, title="Back: VPN does not connect, Contoso", actions=[action],
                            body="The vendor was to call by 09:15."),
        NotificationFactory(recipient=engineer, title="Ana Novak added a note", url="/profile/",
                            created_at=now - timedelta(minutes=9), body="It is the second switch, not the first."),
        NotificationFactory(recipient=engineer, title="Old news", created_at=now - timedelta(days=2), read_at=now),
    ]  # fmt: skip


def test_bell_looks_right(page: Page, engineer: User, told: list[Notification]) -> None:
    sign_in(page, engineer)
    page.goto("/library/")
    page.locator("rf-bell button").first.click()
    expect(page.locator("#bell .notice")).to_have_count(3)
    look_at(page, "bell")


def test_pages_of_notifications_look_right(
    page: Page, engineer: User, told: list[Notification], problems: list[str]
) -> None:
    sign_in(page, engineer)
    page.goto("/notifications/")
    look_at(page, "notifications")
    page.goto("/notifications/preferences/")
    look_at(page, "preferences")
    page.get_by_label("Hold e-mail back").check()
    page.get_by_label("Until").fill("18:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Choose another time than the one they begin at.")).to_be_visible()
    look_at(page, "preferences-wrong")
    problems.clear()  # Chromium writes every status of 400 and above to its console


BACK = "Back: VPN does not connect, Contoso"


def tell(person: User, title: str = BACK) -> None:
    with transaction.atomic():
        notify(WOKE, team=person.team, recipients=[person], subject="session:7", title=title, url="/profile/")


def open_live(page: Page, path: str) -> None:
    """Open a page and wait until its stream is open."""
    with page.expect_response("**/events/"):
        page.goto(path)


def count(page: Page) -> Locator:
    return page.locator("rf-bell button .count")


def toast(page: Page, words: str) -> Locator:
    return page.locator("#toasts .toast").filter(has_text=words)


def test_what_a_teammate_writes_rings_in_two_windows_and_reading_it_in_one_clears_the_other(
    page: Page, demo: Demo, join: Join
) -> None:
    begun = session_at(demo)
    mark_all_read(by=demo.engineer)
    sign_in(page, demo.engineer)
    open_live(page, "/library/")
    second = page.context.new_page()
    open_live(second, "/")
    page.bring_to_front()
    expect(count(page)).to_have_count(0)
    teammate = join(demo.colleague)
    teammate.goto(begun.get_absolute_url())
    teammate.locator("#note").fill("It is the second switch, not the first")
    teammate.get_by_role("button", name="Add").click()
    title = f"{demo.colleague.name} added a note"
    for window in (page, second):
        expect(count(window)).to_have_text("1")
        expect(toast(window, title)).to_be_visible()
    expect(page).to_have_title("(1) Library · ResolutionFlow")
    expect(page.locator("rf-bell > [role=status]")).to_have_text("1 unread notifications")
    picture(page, "bell-toast")
    assert_no_barriers(page)
    page.locator("rf-bell button").first.click()
    page.locator("#bell").get_by_role("button", name=f"Mark read: {title}").click()
    for window in (page, second):
        expect(count(window)).to_have_count(0)
    expect(second).to_have_title("My work · ResolutionFlow")


def test_bell_works_by_keyboard_and_gives_the_focus_back(page: Page, engineer: User, told: list[Notification]) -> None:
    sign_in(page, engineer)
    open_live(page, "/library/")
    bell = page.locator("rf-bell > button")
    bell.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Notifications")).to_be_focused()
    expect(page.locator("#bell .notice")).to_have_count(3)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#bell .open").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(count(page)).to_have_text("1")
    expect(page.get_by_role("button", name="Mark unread: Back")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#bell")).to_be_hidden()
    expect(bell).to_be_focused()


def test_mark_all_read_empties_the_count_and_keeps_the_focus_in_the_bell(
    page: Page, engineer: User, told: list[Notification]
) -> None:
    sign_in(page, engineer)
    open_live(page, "/library/")
    page.locator("rf-bell > button").click()
    page.locator("#bell").get_by_role("button", name="Mark all read").press("Enter")
    expect(count(page)).to_have_count(0)
    expect(page).to_have_title("Library · ResolutionFlow")
    expect(page.get_by_role("heading", name="Notifications")).to_be_focused()


def test_open_bell_shows_what_arrives_and_leaves_out_what_is_withdrawn(page: Page, engineer: User) -> None:
    sign_in(page, engineer)
    open_live(page, "/library/")
    page.locator("rf-bell > button").click()
    expect(page.locator("#bell")).to_contain_text("Nothing yet")
    tell(engineer)
    expect(page.locator("#bell .notice")).to_contain_text(BACK)
    with transaction.atomic():
        withdraw(WOKE, team=engineer.team, subject="session:7")
    expect(page.locator("#bell")).to_contain_text("Nothing yet")


def test_notification_on_a_phone_is_opened_from_its_toast(page: Page, engineer: User) -> None:
    set_width(page, 390)
    sign_in(page, engineer)
    open_live(page, "/library/")
    tell(engineer)
    arrived = toast(page, BACK)
    expect(arrived).to_be_visible()
    picture(page, "bell-toast-390")
    assert_no_sideways_scroll(page)
    arrived.get_by_role("button", name="Open").click()
    expect(page).to_have_url(re.compile("/profile/$"))
    expect(count(page)).to_have_count(0)


def test_in_an_hour_puts_the_session_off_and_leaves_the_page(page: Page, demo: Demo) -> None:
    begun = session_at(demo)
    pause_session(begun.pk, by=demo.engineer, reason="vendor", wake_at=timezone.now() + timedelta(minutes=1))
    mark_all_read(by=demo.engineer)
    FlowSession.objects.filter(pk=begun.pk).update(wake_at=timezone.now())
    sign_in(page, demo.engineer)
    open_live(page, "/library/")
    wake_sessions()
    expect(count(page)).to_have_text("1")
    page.locator("rf-bell > button").click()
    page.locator("#bell").get_by_role("button", name=f"In an hour Back: {begun.title}").click()
    expect(toast(page, "comes back at")).to_be_visible()
    expect(count(page)).to_have_count(0)
    expect(page).to_have_url(re.compile("/library/$"))


def test_notifications_work_without_javascript(
    browser: Browser, served: str, transactional_db: None, engineer: User, told: list[Notification]
) -> None:
    page = browser.new_page(base_url=served, java_script_enabled=False)
    sign_in(page, engineer)
    page.goto("/library/")
    page.get_by_role("link", name="Notifications 2 unread").click()
    expect(page.locator("#notices .notice")).to_have_count(3)
    page.get_by_role("button", name="Mark read: Ana Novak").click()
    expect(page).to_have_url(f"{served}/notifications/")
    expect(page.get_by_role("link", name="Notifications 1 unread")).to_be_visible()
    page.get_by_role("radio", name="Unread").check()
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#notices .notice")).to_have_count(1)
    page.locator("#notices .open").click()
    expect(page).to_have_url(f"{served}/library/")
    page.close()
