"""Being told: the bell, its list, the page of all notifications and what comes by e-mail."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.notifications.models import Notification
from apps.teams.models import User
from tests.factories.notifications import NotificationFactory
from tests.journeys.browser import (
    COLOURS,
    RULES,
    SIZES,
    THEMES,
    assert_no_barriers,
    assert_no_sideways_scroll,
    picture,
    set_width,
    sign_in,
)


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


def look_at(page: Page, name: str) -> None:
    """No barrier and no sideways scroll in both themes at every width."""
    page.emulate_media(reduced_motion="reduce")
    for theme in THEMES:
        page.locator("html").evaluate("(html, theme) => { html.dataset.theme = theme; }", theme)
        for width in SIZES:
            set_width(page, width)
            picture(page, f"{name}-{width}-{theme}")
            assert_no_sideways_scroll(page)
            assert_no_barriers(page, COLOURS if theme == "dark" else RULES)


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
