"""The library as people use it: search as one types, filters, a flow's picture, both themes, all widths."""

import pytest
from playwright.sync_api import Page, expect

from apps.flows.models import Flow
from apps.flows.search.index import index_flow
from apps.teams.models import User
from tests.factories.flows import GRAPH, publish, published_flow
from tests.factories.teams import UserFactory
from tests.journeys.browser import (
    look_at,
    sign_in,
)


@pytest.fixture
def engineer(transactional_db: None) -> User:
    return UserFactory()


@pytest.fixture
def flow(engineer: User) -> Flow:
    variables = [{"name": "host", "label": "Host name", "kind": "host", "required": True}]
    flow = published_flow(GRAPH | {"variables": variables}, team=engineer.team, title="VPN does not connect")
    publish(flow, GRAPH)
    index_flow(flow)
    published_flow(team=engineer.team, title="New starter", kind="procedure")
    return flow


def test_library_search_filters_while_typing_and_keeps_the_address(page: Page, engineer: User, flow: Flow) -> None:
    sign_in(page, engineer)
    page.goto("/library/")
    expect(page.get_by_role("link", name="New starter", exact=True)).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("connect vpn")
    expect(page.get_by_role("link", name="New starter", exact=True)).to_have_count(0)
    expect(page).to_have_url("/library/?q=connect+vpn&kind=&sort=used")
    page.get_by_role("link", name="VPN does not connect", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("VPN does not connect")


def test_flow_page_shows_graph_then_outline(page: Page, engineer: User, flow: Flow) -> None:
    sign_in(page, engineer)
    page.goto(f"/library/{flow.pk}/")
    expect(page.get_by_role("img", name="Flow graph from left to right")).to_be_visible()
    page.get_by_text("Outline", exact=True).click()
    expect(page.get_by_text("↪ goes on at “Hand over”")).to_be_visible()


def test_version_page_has_no_barriers(page: Page, engineer: User, flow: Flow) -> None:
    sign_in(page, engineer)
    page.goto(f"/library/{flow.pk}/versions/2/")
    look_at(page, "flow-version")
