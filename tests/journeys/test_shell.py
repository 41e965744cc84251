import pytest
from playwright.sync_api import Page, expect

from apps.teams.models import User
from tests.journeys.browser import SIZES, THEMES, assert_no_barriers, assert_no_sideways_scroll, set_theme, set_width

looks = [pytest.param(theme, width, id=f"{theme}-{width}") for theme in THEMES for width in SIZES]


@pytest.mark.parametrize(("theme", "width"), looks)
def test_sign_in_page_has_no_barriers(page: Page, theme: str, width: int) -> None:
    set_width(page, width)
    set_theme(page, theme)
    page.goto("/accounts/login/")
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    assert_no_sideways_scroll(page)
    assert_no_barriers(page)


def test_sign_in_with_wrong_password_names_it_and_keeps_the_address(page: Page, engineer: User) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(engineer.email)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Email")).to_have_value(engineer.email)
    assert_no_barriers(page)
