import pytest
from playwright.sync_api import Browser, Page, Response, expect
from pytest_django.fixtures import Settings

from apps.psa.models import Client
from apps.sessions.models import FlowSession
from apps.sessions.services.steps import add_note
from apps.teams.models import User
from tests.factories.teams import PASSWORD
from tests.journeys.browser import (
    assert_no_barriers,
    assert_no_sideways_scroll,
    set_width,
    sign_in,
)
from tests.journeys.scenes import Demo, session_at


def test_sign_in_with_wrong_password_names_it_and_keeps_the_address(page: Page, engineer: User) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(engineer.email)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Email")).to_have_value(engineer.email)
    assert_no_barriers(page)


def test_sign_in_and_theme_work_without_javascript(
    browser: Browser, served: str, transactional_db: None, engineer: User, settings: Settings
) -> None:
    settings.ROOT_URLCONF = "tests.journeys.specimen"
    page = browser.new_page(base_url=served, java_script_enabled=False)
    page.goto("/accounts/login/?next=/library/")
    page.get_by_label("Email").fill(engineer.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{served}/library/")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page).to_have_url(f"{served}/library/")
    page.close()


def test_page_is_served_in_few_requests_and_little_weight(page: Page) -> None:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto("/accounts/login/")
    page.wait_for_load_state("networkidle")
    weighed = [answer for answer in answers if not answer.url.endswith(".woff2")]
    assert len(answers) <= 8
    assert all(answer.headers.get("content-encoding") == "gzip" for answer in weighed if "favicon" not in answer.url)
    assert sum(int(answer.headers["content-length"]) for answer in weighed) <= 45_000


def test_inline_script_is_refused_and_reported(page: Page, problems: list[str]) -> None:
    page.goto("/accounts/login/")
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'document.title = 1'}))")
    assert page.title() != "1"
    assert any("script-src" in problem for problem in problems)
    problems.clear()


@pytest.mark.parametrize("width", [1440, 390])
def test_long_word_widens_no_page(page: Page, demo: Demo, width: int) -> None:
    begun = session_at(demo)
    word = "https://kestrel.example/" + "x" * 140
    Client.objects.filter(pk=begun.client_id).update(name="Quillon" * 20)
    FlowSession.objects.filter(pk=begun.pk).update(title=word, contact="Pemberley" * 16, device="HD-LT-07" * 16)
    add_note(begun.pk, by=demo.engineer, text=word)
    sign_in(page, demo.engineer)
    set_width(page, width)
    for address in (begun.get_absolute_url(), f"/pilot/{begun.pk}/tickets/", f"/pilot/{begun.pk}/note/", "/"):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        parts = page.locator("html, .top, .who, .beside, .card, .doc")
        wide = parts.evaluate_all(
            "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.className)"
        )
        assert (address, wide) == (address, [])


@pytest.mark.parametrize("width", [1440, 640, 390])
def test_search_above_every_page_takes_what_is_typed_at_once(page: Page, demo: Demo, width: int) -> None:
    sign_in(page, demo.engineer)
    set_width(page, width)
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("809")
    expect(page.get_by_role("searchbox", name="Search flows")).to_have_value("809")
    assert_no_sideways_scroll(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/library/?q=809")
    expect(page.locator(".flows .row").first).to_contain_text(demo.vpn.title)
