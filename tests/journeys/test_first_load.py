"""What the session's page costs a browser that has never seen it."""

from playwright.sync_api import Page, Response, expect

from tests.journeys.browser import sign_in
from tests.journeys.scenes import Demo, session_at

COUNT_SHIFTS = """window.shifted = 0; new PerformanceObserver(list => list.getEntries().forEach(
    entry => { window.shifted += entry.value; })).observe({type: 'layout-shift', buffered: true});"""


def weight(answers: list[Response]) -> int:
    """Bytes of the bodies as they were sent."""
    return sum(answer.request.sizes()["responseBodySize"] for answer in answers)


def test_session_page_loads_light_and_stands_still(page: Page, demo: Demo) -> None:
    answers: list[Response] = []
    page.on("response", lambda answer: None if answer.url.endswith("/events/") else answers.append(answer))
    page.add_init_script(COUNT_SHIFTS)
    sign_in(page, demo.engineer)
    page.goto(session_at(demo, "internet").get_absolute_url())
    expect(page.get_by_role("button", name="Skip")).to_be_visible()
    page.wait_for_load_state("load")
    scripts = [answer for answer in answers if answer.request.resource_type == "script"]
    assert scripts
    assert len(answers) <= 15
    assert weight([answer for answer in answers if not answer.url.endswith(".woff2")]) <= 60_000
    assert weight(scripts) <= 30_000
    assert page.evaluate("window.shifted") <= 0.01
