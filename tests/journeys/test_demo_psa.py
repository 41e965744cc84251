"""The demo PSA's own pages, in both themes and at every width."""

from playwright.sync_api import Page, expect

from tests.journeys.browser import look_at, sign_in
from tests.journeys.scenes import Demo


def test_demo_psa_shows_its_tickets_and_who_can_see_what(page: Page, demo: Demo) -> None:
    sign_in(page, demo.engineer)
    page.goto("/psa/demo/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Demo PSA")
    look_at(page, "demo-psa")
    page.goto("/psa/demo/?before=1005~99999999")
    page.get_by_role("link", name="#1004 Nobody can print on the second floor").click()
    notes = page.locator("section", has=page.get_by_role("heading", name="Note"))
    expect(notes.nth(0)).to_contain_text("The client can see it")
    expect(notes.nth(1)).to_contain_text("Internal")
    look_at(page, "demo-psa-ticket")
