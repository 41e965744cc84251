"""From a PSA that is connected to a ticket of it in a session."""

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from apps.psa.models import Connection
from apps.sessions.models import FlowSession
from tests.factories.psa import ConnectionFactory
from tests.journeys.browser import Join, look_at, sign_in
from tests.journeys.scenes import Demo


@pytest.fixture
def connection(demo: Demo) -> Connection:
    """The demo team's, to the demo PSA; what was asked of another one is forgotten."""
    cache.clear()
    return Connection.objects.live().get(team=demo.lead.team)


def test_demo_psa_is_connected_and_a_ticket_of_it_comes_into_a_session(page: Page, demo: Demo, join: Join) -> None:
    cache.clear()
    sign_in(page, demo.lead)
    page.goto("/psa/connection/")
    page.get_by_role("button", name="Disconnect").click()
    page.get_by_role("link", name="Connect Demo PSA").click()
    page.get_by_role("button", name="Connect", exact=True).click()
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.locator("#trial")).to_contain_text("Demo PSA answers")
    page.get_by_role("link", name="People", exact=True).click()
    expect(page.locator(f"#person-{demo.engineer.pk}")).to_contain_text("By e-mail")

    theirs = join(demo.engineer)
    theirs.goto("/tickets/")
    first = theirs.locator("#rows .row").first
    number = first.locator(".ttl").inner_text().split()[0]
    first.get_by_role("button", name=f"Start on {number}").click()
    card = theirs.locator("section[id^=card-]")
    expect(card).to_contain_text(number)
    theirs.get_by_role("button", name="Look again").click()
    expect(card).to_contain_text("Seen 0")
    flow_session = FlowSession.objects.get(ticket__number=number[1:])
    assert flow_session.owner == demo.engineer
    for more in card.locator("summary").all():
        more.click()
    look_at(theirs, "ticket-card")
    theirs.goto(f"/pilot/{flow_session.pk}/tickets/")
    look_at(theirs, "picker")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/psa/connection/", "psa-connection"),
        ("/psa/connection/connect/connectwise/", "psa-connect"),
        ("/psa/connection/boards/", "psa-boards"),
        ("/psa/connection/boards/1/", "psa-board"),
        ("/psa/connection/people/", "psa-people"),
        ("/tickets/", "tickets"),
    ],
)
def test_pages_of_the_psa_look_right(address: str, name: str, page: Page, demo: Demo, connection: Connection) -> None:
    sign_in(page, demo.lead)
    page.goto(address)
    if name == "psa-connection":
        page.get_by_role("button", name="Test", exact=True).click()
        expect(page.locator("#trial")).to_contain_text("Demo PSA answers")
    look_at(page, name)


def test_page_without_a_connection_looks_right(page: Page, demo: Demo, connection: Connection) -> None:
    Connection.objects.filter(pk=connection.pk).update(archived_at=connection.connected_at)
    sign_in(page, demo.lead)
    page.goto("/psa/connection/")
    expect(page.get_by_role("link", name="Connect Demo PSA")).to_be_visible()
    look_at(page, "psa-none")


def test_secrets_that_cannot_be_read_look_right(page: Page, demo: Demo, connection: Connection) -> None:
    now = connection.connected_at
    Connection.objects.filter(pk=connection.pk).update(archived_at=now)
    ConnectionFactory(
        team=demo.lead.team,
        provider="connectwise",
        address="na.myconnectwise.net",
        account="northwind",
        credentials="of another key",
        note_kind="discussion",
        problem="ConnectWise does not accept the keys.",
        problem_at=now,
    )
    sign_in(page, demo.lead)
    page.goto("/psa/connection/")
    expect(page.get_by_role("alert")).to_contain_text("is gone")
    look_at(page, "psa-lost")
