"""The main job, from the sign-in to the documented ticket: by mouse, by keyboard alone, and without JavaScript."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from apps.sessions.demo.people import PASSWORD
from apps.sessions.models import FlowSession, StepRecord
from tests.journeys.browser import assert_no_barriers, picture, set_width, sign_in
from tests.journeys.scenes import CLIENT, CONTACT, DEVICE, TICKET, VPN, Demo

SECRET = "Kestrel-4471-bay"
OUTPUT = f"IPv4Address : 192.0.2.24\nsaved login mstone password: {SECRET}\nTcpTestSucceeded : True"
NOTE = "The line is slow in the evening"
CLOSING = "The hotel's sign-in page was open in no browser"
WAY = [
    ("Who cannot connect?", "One person cannot connect; colleagues are connected now"),
    ("Since when, and what changed?", "It worked on this device before, last on the day noted"),
    ("Does the Internet work on the PC, and does the VPN name resolve?", "Web pages open and the VPN name gives"),
    ("Read the exact error number", "809 or 800: the server does not respond"),
    ("Try another network", "It connects over the phone"),
    ("Clear the network the user is on", "Connected after the sign-in page or the router's restart"),
    ("Can the user do the work that failed?", "The user's own task works over the VPN"),
    ("Is anything left changed?", "Nothing temporary is left"),
]
RECORDED = [
    "colleagues are connected",
    "The VPN last worked for",
    "Internet works on",
    "error 809",
    "The VPN connects over a phone",
    "was cleared (sign-in page or router)",
    "has done the own task over the VPN",
    "Nothing temporary is left",
]
PASTED_AT = 2


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def answer(page: Page, label: str) -> None:
    page.locator(".answers").get_by_role("button", name=label).click()


def sign_in_by_form(page: Page, demo: Demo) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(demo.engineer.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(heading(page)).to_have_text("My work")


def fill_in(page: Page) -> None:
    page.get_by_label("Ticket", exact=False).first.fill(TICKET)
    page.get_by_label("Client", exact=True).fill(CLIENT)
    page.get_by_label("Contact", exact=True).fill(CONTACT)
    page.get_by_label("Device", exact=True).fill(DEVICE)


def find_flow(page: Page) -> None:
    page.goto("/library/?q=809")
    page.get_by_role("link", name=VPN, exact=True).click()
    expect(heading(page)).to_have_text(VPN)
    fill_in(page)
    page.get_by_role("button", name="Start now").click()


def walk(page: Page) -> None:
    for number, (title, label) in enumerate(WAY):
        expect(heading(page)).to_have_text(title)
        if number == PASTED_AT:
            page.get_by_label("Output of this command").fill(OUTPUT)
            page.get_by_label("Note for this step").fill(NOTE)
        answer(page, label)
    expect(heading(page)).to_have_text("VPN works")
    page.get_by_label("Closing note").fill(CLOSING)
    page.get_by_role("button", name="Finish and show the note").click()


def assert_note(page: Page, steps: int = len(WAY)) -> None:
    """The note page holds the steps and what was typed, without the password."""
    expect(page.get_by_text("Resolved", exact=True).first).to_be_visible()
    note = page.locator("#note-html")
    for sentence in RECORDED[:steps]:
        expect(note).to_contain_text(sentence)
    for text in (TICKET, CLIENT, NOTE, CLOSING, "password removed"):
        expect(note).to_contain_text(text)
    assert SECRET not in page.content()


def assert_download(page: Page, folder: Path) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Markdown", exact=True).click()
    target = folder / download.value.suggested_filename
    download.value.save_as(target)
    text = target.read_text()
    assert target.suffix == ".md"
    assert NOTE in text
    assert SECRET not in text


def test_ticket_is_documented_by_mouse(page: Page, demo: Demo, tmp_path: Path) -> None:
    sign_in_by_form(page, demo)
    find_flow(page)
    walk(page)
    assert_note(page)
    page.get_by_role("button", name="Copy for ticket").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    text, html = page.evaluate(
        """async () => { const [item] = await navigator.clipboard.read();
        return Promise.all(['text/plain', 'text/html'].map(async kind => (await item.getType(kind)).text())); }"""
    )
    assert NOTE in text
    assert NOTE in html
    assert "<" in html
    assert SECRET not in text + html
    assert_download(page, tmp_path)


def test_ticket_is_documented_without_javascript(browser: Browser, served: str, demo: Demo, tmp_path: Path) -> None:
    page = browser.new_page(base_url=served, java_script_enabled=False)
    sign_in_by_form(page, demo)
    find_flow(page)
    walk(page)
    assert_note(page)
    assert_download(page, tmp_path)
    page.close()


class Keyboard:
    """A person who has no mouse: single keys with the pause that tells them from typing, and Tab."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def key(self, name: str) -> None:
        self.page.wait_for_timeout(350)
        self.page.keyboard.press(name)

    def reach(self, target: Locator) -> None:
        """Tab to a control."""
        for _ in range(120):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"Tab does not reach {target}")

    def type_into(self, target: Locator, text: str) -> None:
        self.reach(target)
        self.page.keyboard.insert_text(text)

    def press(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def expect_step(self, number: int, title: str) -> None:
        expect(heading(self.page)).to_have_text(title)
        expect(heading(self.page)).to_be_focused()
        expect(self.page.locator("rf-focus")).to_contain_text(f"Step {number} of about ")

    def answer(self, number: int, choice: str, title: str) -> None:
        """Answer with a digit and see that the focus and the live region are at the next step."""
        self.key(choice)
        self.expect_step(number, title)


def start_by_keyboard(hands: Keyboard, demo: Demo) -> None:
    page = hands.page
    page.goto("/accounts/login/")
    hands.type_into(page.get_by_label("Email"), demo.engineer.email)
    hands.type_into(page.get_by_label("Password"), PASSWORD)
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("My work")
    hands.key("/")
    expect(page.get_by_role("searchbox", name="Search flows")).to_be_focused()
    page.keyboard.type("809")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/library/?q=809")
    hands.press(page.get_by_role("link", name=VPN, exact=True))
    expect(heading(page)).to_have_text(VPN)
    for label, text in (("s-ticket", TICKET), ("s-client", CLIENT), ("s-contact", CONTACT), ("s-device", DEVICE)):
        hands.type_into(page.locator(f"#{label}"), text)
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(WAY[0][0])


def paste_and_note(hands: Keyboard) -> None:
    page = hands.page
    hands.key("v")
    expect(page.get_by_label("Output of this command")).to_be_focused()
    page.keyboard.insert_text(OUTPUT)
    hands.key("Escape")
    hands.key("n")
    expect(page.get_by_label("Note for this step")).to_be_focused()
    page.keyboard.insert_text(NOTE)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#sent")).to_contain_text(NOTE)
    expect(page.get_by_label("Output of this command")).to_have_value(OUTPUT)
    hands.key("Escape")


def pause_and_resume(hands: Keyboard) -> None:
    page = hands.page
    hands.key("p")
    expect(heading(page)).to_have_text("Pause")
    expect(heading(page)).to_be_focused()
    hands.reach(page.get_by_label("Waiting for the client"))
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("My work")
    hands.press(page.get_by_role("button", name=f"Resume {VPN}"))


def test_ticket_is_documented_by_keyboard_alone(page: Page, demo: Demo) -> None:
    hands, titles = Keyboard(page), [title for title, _ in WAY]
    start_by_keyboard(hands, demo)
    hands.answer(2, "1", titles[1])
    hands.answer(1, "u", titles[0])
    hands.answer(2, "1", titles[1])
    hands.answer(3, "1", titles[2])
    hands.answer(2, "b", titles[1])
    hands.answer(3, "1", titles[2])
    paste_and_note(hands)
    hands.answer(4, "1", titles[3])
    hands.answer(5, "2", titles[4])
    hands.answer(6, "s", "Look at the gateway from outside and from its console")
    hands.answer(5, "b", titles[4])
    hands.answer(6, "1", titles[5])
    hands.key("j")
    expect(heading(page)).to_have_text("Steps of this flow")
    expect(heading(page)).to_be_focused()
    hands.answer(6, "Escape", titles[5])
    pause_and_resume(hands)
    expect(heading(page)).to_have_text(titles[5])
    hands.answer(7, "1", titles[6])
    hands.key("r")
    expect(heading(page)).to_have_text("Finish")
    hands.type_into(page.get_by_label("Closing note"), CLOSING)
    page.keyboard.press("Control+Enter")
    assert_note(page, 6)
    ended = FlowSession.objects.get(ticket__number=TICKET)
    assert StepRecord.objects.filter(flow_session=ended, superseded_at=None, reason="").exclude(node_id="").count() == 6


def test_pasted_ticket_suggests_flows_at_once_and_starts_the_chosen_one(page: Page, demo: Demo) -> None:
    sign_in(page, demo.engineer)
    page.goto("/")
    page.get_by_label("Client").fill("Harbour Dental")
    page.get_by_label("Ticket text").fill("VPN stopped with error 809 since the new router")
    chosen = page.locator("#suggested").get_by_role("button", name=VPN)
    expect(chosen).to_be_visible()
    for width in (1440, 390):
        set_width(page, width)
        picture(page, f"suggested-{width}")
    assert_no_barriers(page)
    page.get_by_label("Ticket text").press_sequentially("s")
    chosen.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who cannot connect?")
    expect(page.locator(".who")).to_contain_text("Harbour Dental")
