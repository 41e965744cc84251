"""The note's page as people use it: read, copy, restore, keep, print."""

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.core.crypto import encrypt
from apps.sessions.models import FlowSession, Status, StepRecord
from apps.teams.models import User
from tests.documentation.examples import RECORDS, SESSION
from tests.factories.psa import ClientFactory, TicketFactory
from tests.factories.sessions import FlowSessionFactory
from tests.journeys.browser import (
    look_at,
    sign_in,
)

READ_CLIPBOARD = "kind => navigator.clipboard.read().then(([item]) => item.getType(kind)).then(part => part.text())"
SECRET = "Harbour-Winter-77"


@pytest.fixture
def flow_session(engineer: User) -> FlowSession:
    """The realistic session of the pure tests, stored, with a password in a note."""
    client = ClientFactory(team=engineer.team, name=SESSION.client)
    flow_session = FlowSessionFactory(
        team=engineer.team,
        owner=engineer,
        client=client,
        ticket=TicketFactory(team=engineer.team, client=client, number=SESSION.ticket),
        status=Status.RESOLVED,
        secrets={name: encrypt(value) for name, value in SESSION.secrets.items()},
        **{name: getattr(SESSION, name) for name in ("title", "problem", "device", "outcome", "closing_note")},
        **{name: getattr(SESSION, name) for name in ("next_steps", "started_at", "ended_at", "active_seconds")},
    )
    for record in RECORDS:
        fields = record._asdict() | {"commands": [command._asdict() for command in record.commands]}
        for name in ("flow", "actor", "superseded"):
            del fields[name]
        if record.kind == "note":
            fields["note"] += f"\nUnlocked it, password is {SECRET}"
        StepRecord.objects.create(team=engineer.team, flow_session=flow_session, actor=engineer, **fields)
    return flow_session


@pytest.fixture
def note(page: Page, engineer: User, flow_session: FlowSession) -> Page:
    sign_in(page, engineer)
    page.goto(f"/pilot/{flow_session.pk}/note/")
    return page


def test_note_has_no_barriers_at_any_width(note: Page) -> None:
    look_at(note, "note-long")


def test_note_copied_for_the_ticket_is_markdown_and_html(note: Page) -> None:
    note.get_by_role("button", name="Copy for ticket").click()
    expect(note.get_by_role("button", name="Copied")).to_be_visible()
    text, html = (note.evaluate(READ_CLIPBOARD, f"text/{kind}") for kind in ("plain", "html"))
    assert "**Steps**" in text
    assert "<h3>Steps</h3>" in html
    assert SECRET not in text + html


def test_note_views_switch_without_the_server(note: Page) -> None:
    note.get_by_role("radio", name="Plain text").check(force=True)
    expect(note.locator("#note-text")).to_be_visible()
    expect(note.locator("#note-html")).to_be_hidden()


def test_note_on_paper_is_the_note_alone(note: Page) -> None:
    note.emulate_media(media="print")
    expect(note.locator("#note-html")).to_be_visible()
    expect(note.get_by_role("heading", name=SESSION.title)).to_be_visible()
    for hidden in (".side", ".top", "#removed-h", "#keep-h", ".seg", ".facts-line"):
        expect(note.locator(hidden).first).to_be_hidden()


def test_note_false_hit_is_restored_and_removed_and_kept_without_javascript(
    browser: Browser, served: str, transactional_db: None, engineer: User, flow_session: FlowSession
) -> None:
    page = browser.new_page(base_url=served, java_script_enabled=False)
    sign_in(page, engineer)
    page.goto(f"/pilot/{flow_session.pk}/note/")
    page.get_by_role("listitem").filter(has_text="after “Unlocked it").get_by_role("button").click()
    expect(page.locator("#note-html")).to_contain_text(SECRET)
    page.get_by_role("button", name="Remove again").click()
    expect(page.locator("#note-html")).not_to_contain_text(SECRET)
    with page.expect_download() as download:
        page.get_by_role("link", name="Markdown").click()
    assert download.value.suggested_filename == "ticket-48213-note.md"
    page.close()
