"""Every page in both themes at every width: no barrier, no sideways scroll, the work on the first screen."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from apps.escalations.models import Intent
from apps.escalations.services import Call, HandoffManager
from apps.flows.models import Category, Tag
from apps.sessions.models import FlowSession
from apps.sessions.services.lifecycle import pause_session, resolve_session
from apps.sessions.services.steps import Typed, add_own_step
from tests.factories.flows import GRAPH, publish, published_flow
from tests.journeys.browser import (
    assert_no_sideways_scroll,
    look_at,
    picture,
    set_width,
    sign_in,
)
from tests.journeys.scenes import Demo, open_session, session_at

SCREENS = ((1366, 650), (960, 700), (640, 800), (420, 800), (390, 844))
CLOSING = "Router replaced, password: Winter2026!"
KNOWN = {"user": "mstone@harbour.example", "vpn_host": "vpn.harbour.example"}


def address(path: str) -> Callable[[Page, Demo], None]:
    def show(page: Page, demo: Demo) -> None:
        sign_in(page, demo.engineer)
        page.goto(path)

    return show


def flow_page(page: Page, demo: Demo) -> None:
    sign_in(page, demo.engineer)
    page.goto(f"/library/{demo.vpn.pk}/")


def flow_outline(page: Page, demo: Demo) -> None:
    flow_page(page, demo)
    page.get_by_text("Outline", exact=True).click()


def work_of_nobody(page: Page, demo: Demo) -> None:
    FlowSession.objects.filter(owner=demo.colleague).delete()
    sign_in(page, demo.colleague)
    page.goto("/")


def step(node: str, **variables: str) -> Callable[[Page, Demo], None]:
    return lambda page, demo: open_session(page, demo, node, **variables) and None


def panel(name: str) -> Callable[[Page, Demo], None]:
    def show(page: Page, demo: Demo) -> None:
        begun = open_session(page, demo, "internet")
        page.goto(f"{begun.get_absolute_url()}open/{name}/")

    return show


def paused(page: Page, demo: Demo) -> None:
    begun = session_at(demo, "internet", **KNOWN)
    pause_session(begun.pk, by=demo.engineer, reason="vendor", wake_at=None)
    sign_in(page, demo.engineer)
    page.goto(begun.get_absolute_url())


def reading(page: Page, demo: Demo) -> None:
    begun = session_at(demo, "internet", **KNOWN)
    sign_in(page, demo.colleague)
    page.goto(begun.get_absolute_url())


def choosing(page: Page, demo: Demo) -> None:
    sign_in(page, demo.engineer)
    page.goto("/")
    page.get_by_label("Ticket text").fill("VPN stopped with error 809 since the new router")
    page.get_by_role("button", name="Start", exact=True).click()


def note(page: Page, demo: Demo) -> None:
    begun = session_at(demo, "resolved", **KNOWN)
    resolve_session(
        begun.pk,
        by=demo.engineer,
        revision=begun.revision,
        outcome="resolved",
        closing_note=CLOSING,
    )
    sign_in(page, demo.engineer)
    page.goto(begun.get_absolute_url())


def not_allowed(page: Page, demo: Demo) -> None:
    begun = session_at(demo)
    sign_in(page, demo.viewer)
    page.goto(f"{begun.get_absolute_url()}open/pause/")


def administration(page: Page, demo: Demo) -> None:
    sign_in(page, demo.lead)
    page.goto("/admin/")


def administration_of(name: str, *args: str) -> Callable[[Page, Demo], None]:
    def show(page: Page, demo: Demo) -> None:
        category = Category.objects.create(team=demo.lead.team, name="Remote work", slug="remote-work")
        flow = published_flow(team=demo.lead.team, title="VPN at home", category=category)
        flow.tags.add(Tag.objects.create(team=demo.lead.team, name="vpn"))
        publish(flow, GRAPH)
        sign_in(page, demo.lead)
        page.goto(
            reverse(f"admin:flows_{name}", args=[{"flow": flow.pk, "category": category.pk}[arg] for arg in args])
        )

    return show


SCENES: dict[str, Callable[[Page, Demo], None]] = {
    "sign-in": lambda page, demo: page.goto("/accounts/login/") and None,
    "work": address("/"),
    "work-empty": work_of_nobody,
    "library": address("/library/"),
    "library-no-hit": address("/library/?q=zzzzqqqq"),
    "flow-graph": flow_page,
    "flow-outline": flow_outline,
    "question": step("scope"),
    "action": step("internet", **KNOWN),
    "missing": step("approval"),
    "caller": step("verify-access"),
    "sub-flow": step("names"),
    "resolution": step("resolved", **KNOWN),
    "escalation": step("hand-over"),
    **{f"panel-{name}": panel(name) for name in ("pause", "finish", "own-step", "outline", "fields", "abandon")},
    "paused": paused,
    "reading": reading,
    "choosing": choosing,
    "note": note,
    "sessions": address("/sessions/"),
    "not-found": address("/pilot/999999/"),
    "not-allowed": not_allowed,
    "administration": administration,
    "administration-flows": administration_of("flow_changelist"),
    "administration-flow": administration_of("flow_change", "flow"),
    "administration-new-flow": administration_of("flow_add"),
    "administration-category": administration_of("category_change", "category"),
}


@pytest.mark.parametrize("scene", SCENES)
def test_page_has_no_barriers_and_no_sideways_scroll(page: Page, demo: Demo, scene: str, problems: list[str]) -> None:
    SCENES[scene](page, demo)
    look_at(page, scene)
    if scene in ("not-found", "not-allowed"):
        problems.clear()  # Chromium writes every status of 400 and above to its console


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_note_and_actions_are_on_the_first_screen_of_a_session(page: Page, demo: Demo, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    for node in ("scope", "internet", "names"):
        open_session(page, demo, node, **KNOWN)
        picture(page, f"screen-{node}-{width}x{height}")
        for part in (page.get_by_label("Note for this step"), page.get_by_role("button", name="Skip")):
            expect(part).to_be_in_viewport(ratio=1)
        bar, field = page.locator(".actions").bounding_box(), page.locator("#note").bounding_box()
        assert bar
        assert field
        assert field["y"] + field["height"] <= bar["y"]


@pytest.mark.parametrize(("width", "height"), [(1440, 900), *SCREENS])
def test_start_is_on_the_first_screen_of_a_flow_with_many_fields(
    page: Page, demo: Demo, width: int, height: int, problems: list[str]
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    flow_page(page, demo)
    start = page.get_by_role("button", name="Start now")
    expect(start).to_be_in_viewport(ratio=1)
    picture(page, f"start-{width}x{height}")
    if not page.get_by_label("Client").is_visible():
        page.get_by_text("What you know already").click()
    page.get_by_label("VPN server name").fill("not a host")
    start.click()
    expect(page.get_by_text("Everything you typed is still here")).to_be_visible()
    expect(page.get_by_role("button", name="Start now")).to_be_in_viewport(ratio=1)
    picture(page, f"start-again-{width}x{height}")
    problems.clear()  # the browser writes the 422 to its console


def test_name_without_a_space_stays_within_a_small_screen(page: Page, demo: Demo) -> None:
    begun = open_session(page, demo)
    begun.client.name = "Bramley" * 20
    begun.client.save()
    FlowSession.objects.filter(pk=begun.pk).update(title="whole-office-down" * 11)
    set_width(page, 390)
    for path in (begun.get_absolute_url(), "/"):
        page.goto(path)
        assert_no_sideways_scroll(page)
        assert page.locator(".who .client, .row .ttl").evaluate_all(
            "names => names.every(name => name.getBoundingClientRect().right <= innerWidth)"
        )


def test_copied_command_counts_as_run_and_its_output_lies_under_no_chip(page: Page, demo: Demo) -> None:
    begun = open_session(page, demo, "internet", **KNOWN)
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_label("Ran it").first).to_be_checked()
    output = page.get_by_label("Output of this command").first
    output.fill("x" * 400)
    chip = page.locator(".paste [data-state]").first
    expect(chip).to_have_text("Saved")
    for width in (1440, 640, 390):
        set_width(page, width)
        picture(page, f"command-{width}")
        text, state = output.bounding_box(), chip.bounding_box()
        assert text
        assert state
        assert text["y"] + text["height"] <= state["y"]
    page.get_by_role("button", name="Skip").click()
    expect(page.locator(".path .skipped")).to_have_count(1)
    assert begun.records.get().commands[0]["ran"]


def test_shadow_of_the_note_leaves_the_last_answer_whole(page: Page, demo: Demo) -> None:
    open_session(page, demo)
    answers, note_field = page.locator(".answers").bounding_box(), page.locator(".stepnote").bounding_box()
    assert answers
    assert note_field
    assert note_field["y"] - answers["y"] - answers["height"] >= 12


def test_current_step_of_a_long_path_is_in_sight(page: Page, demo: Demo) -> None:
    begun = open_session(page, demo, **KNOWN)
    for number in range(10):
        begun.refresh_from_db()
        add_own_step(
            begun.pk,
            by=demo.engineer,
            revision=begun.revision,
            did=f"Tried {number}, to no avail",
            outcome="",
            typed=Typed(),
        )
    page.reload()
    now = page.locator(".path .now")
    expect(now).to_be_in_viewport(ratio=1)
    page.locator(".answers").get_by_role("button", name="One person cannot connect").click()
    expect(now).to_contain_text("Since when")
    expect(now).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == 0


def test_column_beside_the_step_begins_below_the_client_where_a_banner_stands_above(page: Page, demo: Demo) -> None:
    begun = session_at(demo, "internet", **KNOWN)
    HandoffManager(demo.engineer).create_handoff(begun.pk, intent=Intent.ESCALATE, call=Call())
    sign_in(page, demo.engineer)
    page.goto(begun.get_absolute_url())
    banner, who = page.locator(".banner.top").bounding_box(), page.locator(".who").bounding_box()
    button, heading = page.get_by_role("button", name="Take back").bounding_box(), page.locator("#live-note")
    beside = heading.bounding_box()
    assert banner
    assert who
    assert button
    assert beside
    assert beside["y"] >= who["y"] + who["height"]
    assert banner["y"] < button["y"]
    assert button["y"] + button["height"] < banner["y"] + banner["height"]


def test_answers_in_the_outline_lie_under_nothing(page: Page, demo: Demo) -> None:
    begun = open_session(page, demo, **KNOWN)
    page.locator(".answers").get_by_role("button", name="One person cannot connect").click()
    expect(page.locator(".path .now")).to_contain_text("Since when")
    page.goto(f"{begun.get_absolute_url()}open/outline/")
    for width in (960, 640, 390, 320):
        set_width(page, width)
        assert_no_sideways_scroll(page)
        assert page.locator(".outline-row:has(select):has(.chip)").evaluate_all(
            """rows => rows.every(row => {
                const chip = row.querySelector('.chip').getBoundingClientRect();
                const field = row.querySelector('select').getBoundingClientRect();
                return chip.right <= field.left || chip.bottom <= field.top;
            })"""
        )
