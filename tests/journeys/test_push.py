"""From a ticket to the note in it, seen in the PSA's own pages."""

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.documentation.models import Push
from apps.psa.models import DemoNote, ProviderKind
from apps.sessions.models import FlowSession
from tests.documentation.test_push_faults import work
from tests.journeys.browser import look_at, sign_in
from tests.journeys.scenes import Demo
from tests.psa.providers.rt_house import RequestTrackerServer, rt_server

__all__ = ["rt_server"]
CLOSING = "The profile pointed to the old gateway; the user signed in and opened the share."


def start(page: Page, number: str) -> FlowSession:
    page.goto("/tickets/")
    page.get_by_role("searchbox", name="Words or number").fill(number)
    page.get_by_role("button", name=f"Start on #{number}").click()
    expect(page.locator("section[id^=card-]")).to_contain_text(f"#{number}")
    return FlowSession.objects.order_by("id").last()  # type: ignore[return-value]


def finish(page: Page) -> None:
    page.get_by_role("link", name="Fixed, finish").click()
    page.get_by_label("Closing note").fill(CLOSING)
    page.get_by_role("button", name="Finish and show the note").click()
    expect(page.get_by_role("link", name="Send to the ticket")).to_be_visible()


def send(page: Page) -> Push:
    page.get_by_role("link", name="Send to the ticket").click()
    expect(page.get_by_role("heading", name="What the ticket gets")).to_be_visible()
    expect(page.get_by_label("Internal note")).to_be_checked()
    page.get_by_role("button", name="Send now").click()
    expect(page.locator("#pushes")).to_contain_text("Queued")
    work()
    sent = page.locator("#pushes").get_by_role("listitem").filter(has_text="Note in the ticket")
    expect(sent).to_contain_text("Confirmed")
    return Push.objects.get()


def test_note_goes_into_the_demo_psa_and_stands_there(page: Page, demo: Demo, problems: list[str]) -> None:
    sign_in(page, demo.engineer)
    flow_session = start(page, "48221")
    finish(page)
    look_at(page, "note-to-send")
    page.get_by_role("link", name="Send to the ticket").click()
    expect(page.get_by_role("heading", name="What the ticket gets")).to_be_visible()
    look_at(page, "push")
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Hours to enter").fill("0.75")
    page.go_back()
    push = send(page)
    look_at(page, "note-sent")
    other.get_by_role("button", name="Send now").click()
    expect(other.get_by_role("alert")).to_contain_text("sent this very text to #48221")
    expect(other.get_by_label("Hours to enter")).to_have_value("0.75")
    look_at(other, "push-too-late")
    other.close()
    problems.clear()  # the browser writes the 409 to its console
    page.goto("/psa/demo/48221/")
    expect(page.get_by_text(CLOSING)).to_be_visible()
    assert DemoNote.objects.filter(text__contains=push.parts.get(kind="note").marker, is_public=False).count() == 1
    page.goto("/pilot/pushes/")
    expect(page.get_by_role("link", name=flow_session.title)).to_be_visible()
    look_at(page, "push-history")


@pytest.mark.rt
def test_note_goes_into_request_tracker_and_is_found_there(
    page: Page, demo: Demo, browser: Browser, rt_server: RequestTrackerServer, settings: object
) -> None:
    settings.RF_ALLOWED_PRIVATE_HOSTS = [rt_server.url.removeprefix("http://")]  # type: ignore[attr-defined]
    number = rt_server.add(
        "/ticket", Queue="1", Subject="VPN says 809", Content="Since Monday", ContentType="text/plain"
    )
    sign_in(page, demo.lead)
    page.goto(f"/psa/connection/connect/{ProviderKind.REQUEST_TRACKER}/")
    page.get_by_label("Address").fill(rt_server.url)
    page.get_by_label("User", exact=True).fill(rt_server.user)
    page.get_by_label("Password").fill(rt_server.password)
    page.get_by_role("button", name="Connect", exact=True).click()
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.locator("#trial")).to_contain_text("Request Tracker")
    start(page, number)
    finish(page)
    push = send(page)
    theirs = browser.new_page(base_url=rt_server.url)
    theirs.goto(f"/Ticket/Display.html?id={number}")
    theirs.locator("input[name=user]").fill(rt_server.user)
    theirs.locator("input[name=pass]").fill(rt_server.password)
    theirs.locator("input[type=submit], button[type=submit]").first.click()
    expect(theirs.get_by_text(CLOSING)).to_be_visible(timeout=30_000)
    expect(theirs.get_by_text(push.parts.get(kind="note").marker).first).to_be_visible()
    theirs.close()
