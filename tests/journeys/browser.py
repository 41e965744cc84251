"""What a journey does with its browser: sign in, change theme and size, look for barriers."""

import os
import shutil
from collections.abc import Callable
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from apps.teams.models import User

Join = Callable[[User], Page]  # lets another person in, in a browser of their own

# The one without a window does the same for less.
CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None)
ARGUMENTS = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]
SIZES = {1440: 900, 960: 700, 640: 800, 390: 844}
THEMES = ("light", "dark")
SOAK = bool(os.environ.get("RF_SOAK"))
WIDTHS: tuple[int, ...] = (1440, 1240, 1080, 961, 960, 800, 640, 480, 420, 390, 320)  # about every change of layout
WHOLE = 2400  # high enough that nothing lies under the bars that stay in view
# axe reads style sheets a second time through a <style> of its own, for no rule used here; the policy reports that.
LIGHTLY = {"preload": False, "resultTypes": ["violations"]}
RULES: dict[str, Any] = LIGHTLY | {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# All that a theme changes.
COLOURS: dict[str, Any] = LIGHTLY | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
SHAPES: dict[str, Any] = RULES | {"rules": {"color-contrast": {"enabled": False}}}
# Between these only the order of boxes changes, and a colour is the same in every size; RF_SOAK=1 asks all of it.
ASKED = {"light": {1440: RULES, 390: SHAPES}, "dark": {390: COLOURS}}
if SOAK:
    WIDTHS += (1400, 1399, 1239, 1079, 801, 641, 481)
    ASKED = dict.fromkeys(THEMES, dict.fromkeys(SIZES, RULES))
# Colours that are still fading are nobody's: the administration's do so, also for who wants less motion.
FADES = "document.getAnimations().filter(one => one instanceof CSSTransition)"
ENDLESS = "document.getAnimations().filter(one => one.effect.getComputedTiming().endTime === Infinity).length"
SETTLED = f"Promise.allSettled({FADES}.map(fade => fade.finished)).then(() => null)"


def sign_in(page: Page, user: User) -> None:
    """Give the browser a login session of the user, without the sign-in page."""
    client = Client()
    client.force_login(user)
    set_cookie(page, settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)


def set_theme(page: Page, theme: str) -> None:
    set_cookie(page, "theme", theme)


def set_cookie(page: Page, name: str, value: str) -> None:
    page.context.add_cookies([{"name": name, "value": value, "domain": "localhost", "path": "/"}])


def set_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": SIZES.get(width, 800)})


def assert_no_barriers(page: Page, rules: dict[str, Any] = RULES) -> None:
    """Fail with axe's report when the page violates WCAG 2.2 A or AA or a best practice."""
    page.evaluate(SETTLED)
    if page.evaluate("!window.axe"):
        page.evaluate(AXE_SCRIPT)
    results = AxeResults(page.evaluate("rules => axe.run(rules).then(({ violations }) => ({ violations }))", rules))
    assert results.violations_count == 0, results.generate_report()


def assert_no_sideways_scroll(page: Page) -> None:
    wide, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= room, f"the page is {wide} px wide where {room} px are shown"


def look_at(page: Page, name: str) -> None:
    """Nothing moves for ever; no barrier in both themes, no sideways scroll at any width, nothing under a bar."""
    expect(page.locator(".htmx-request:not([data-quiet])")).to_have_count(0)
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(ENDLESS) == 0, "an idle page draws nothing: what never ends takes a person's battery"
    page.emulate_media(reduced_motion="reduce")
    for width in WIDTHS:
        set_width(page, width)
        assert_no_sideways_scroll(page)
    for theme in THEMES:
        page.locator("html").evaluate("(html, theme) => { html.dataset.theme = theme; }", theme)
        for width in SIZES:
            picture(page, f"{name}-{width}-{theme}", width)
        for width, rules in ASKED[theme].items():
            page.set_viewport_size({"width": width, "height": WHOLE})
            assert_no_barriers(page, rules)


def picture(page: Page, name: str, width: int | None = None) -> None:
    """Keep a picture for people to look at when RF_SCREENSHOTS is set; the caret stays, since Playwright hides it
    by a style attribute that the policy reports."""
    if os.environ.get("RF_SCREENSHOTS"):
        if width:
            set_width(page, width)
        page.screenshot(path=f"screenshots/{name}.png", caret="initial")
