from copy import deepcopy

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.flows.flow_file import FlowFile, read
from apps.flows.graph import Graph
from apps.flows.models import Category, Flow, Tag
from apps.flows.search.index import index_flow
from apps.flows.services import archive_flow
from apps.flows.templatetags.flow_parts import NODE_LOOKS
from apps.teams.models import Team, User
from tests.factories.flows import GRAPH, FlowFactory, publish, published_flow
from tests.factories.psa import ClientFactory
from tests.factories.teams import UserFactory, super_admin

LIBRARY = reverse("flows:library")


def url(flow: Flow, name: str = "flow-page", *more: int) -> str:
    return reverse(f"flows:{name}", args=[flow.pk, *more])


def titles(browser: Browser, query: str = "") -> list[str]:
    return [flow.title for flow in browser.get(LIBRARY + query).context["page"].rows]


def statements(browser: Browser, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address).status_code == 200
    return len(queries)


def test_library_lists_platform_and_team_flows_by_use(as_engineer: Browser, team: Team, outsider: User) -> None:
    published_flow(team=team, title="Ours", runs=1)
    published_flow(team=None, visibility="public", title="Starter", runs=2)
    published_flow(team=outsider.team, title="Theirs")
    FlowFactory(team=team, title="Never published")
    assert titles(as_engineer) == ["Starter", "Ours"]


def test_library_hides_private_flows_of_colleagues(as_engineer: Browser, engineer: User, team: Team) -> None:
    published_flow(team=team, title="Mine", visibility="private", owner=engineer)
    published_flow(team=team, title="Hers", visibility="private", owner=UserFactory(team=team))
    assert titles(as_engineer) == ["Mine"]


def test_library_sorts_by_success_and_by_date(as_engineer: Browser, team: Team) -> None:
    published_flow(team=team, title="Half", runs=9, finished_runs=4, resolved_runs=2)
    published_flow(team=team, title="All", runs=1, finished_runs=1, resolved_runs=1)
    published_flow(team=team, title="Never", runs=5)
    assert titles(as_engineer, "?sort=success") == ["All", "Half", "Never"]
    assert titles(as_engineer, "?sort=newest") == ["Never", "All", "Half"]


def test_library_filters_by_kind_category_tag_and_words(as_engineer: Browser, team: Team) -> None:
    network = Category.objects.create(team=None, name="Network", slug="network")
    one = published_flow(team=team, title="VPN fails", summary="Error 809", category=network)
    one.tags.add(Tag.objects.create(team=team, name="rras"))
    index_flow(one)
    published_flow(team=team, title="New starter", kind="procedure")
    assert titles(as_engineer, "?kind=procedure") == ["New starter"]
    for query in ("?category=network", "?tag=rras", "?q=809+vpn"):
        assert titles(as_engineer, query) == ["VPN fails"], query


@pytest.mark.parametrize("query", ["?kind=riddle", "?sort=nonsense", "?after=x", "?after=1~x", "?category=a b"])
def test_library_nonsense_counts_as_none(as_engineer: Browser, team: Team, query: str) -> None:
    published_flow(team=team, title="Ours")
    assert titles(as_engineer, query) == ["Ours"]


@pytest.mark.parametrize("sort", ["used", "success", "newest"])
def test_library_pages_hold_every_flow_once(as_engineer: Browser, team: Team, sort: str) -> None:
    for number in range(30):
        published_flow(
            team=team if number % 3 else None, visibility="team" if number % 3 else "public", runs=number % 4
        )
    seen, address = [], f"{LIBRARY}?sort={sort}"
    while address:
        page = as_engineer.get(address).context["page"]
        seen += [flow.pk for flow in page.rows]
        address = f"{LIBRARY}?sort={sort}&after={page.older}".replace("+", "%2B") if page.older else ""
    assert len(seen) == len(set(seen)) == 30


def test_library_next_page_link_keeps_the_filters(as_engineer: Browser, team: Team) -> None:
    for _ in range(26):
        published_flow(team=team)
    page = as_engineer.get(LIBRARY + "?kind=troubleshooting&sort=newest")
    link = f"?kind=troubleshooting&amp;sort=newest&amp;after={page.context['page'].older}".replace(":", "%3A")
    assert link.replace("+", "%2B") in page.content.decode()


def test_library_answers_htmx_with_the_list_alone(as_engineer: Browser, team: Team) -> None:
    published_flow(team=team, title="Ours")
    part = as_engineer.get(LIBRARY, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert "Ours" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "<html" in as_engineer.get(LIBRARY).content.decode()


def test_library_empty_says_what_to_do(as_engineer: Browser) -> None:
    assert "No flows yet" in as_engineer.get(LIBRARY).content.decode()
    assert "No flow fits" in as_engineer.get(LIBRARY + "?q=zzz").content.decode()


def test_pages_need_the_same_statements_for_four_times_the_rows(as_engineer: Browser, team: Team) -> None:
    def grow(count: int) -> Flow:
        for _ in range(count):
            flow = published_flow(team=team, owner=UserFactory(team=team), category=category)
            flow.tags.add(tag)
            publish(flow, GRAPH)
            index_flow(flow)
            ClientFactory(team=team)
        return flow

    category, tag = Category.objects.create(name="Network", slug="n"), Tag.objects.create(name="vpn")
    flow = grow(3)
    pages = [
        LIBRARY,
        LIBRARY + "?tag=vpn&sort=success",
        LIBRARY + "?q=restart",
        url(flow),
        url(flow, "flow-version", 2),
    ]
    for page in pages:
        as_engineer.get(page)
    before = [statements(as_engineer, page) for page in pages]
    grow(9)
    assert [statements(as_engineer, page) for page in pages] == before
    assert max(before) <= 12


def test_flow_page_shows_facts_graph_outline_and_versions(as_engineer: Browser, team: Team) -> None:
    flow = published_flow(team=team, title="VPN fails", runs=12, finished_runs=11, resolved_runs=10)
    text = as_engineer.get(url(flow)).content.decode()
    for words in ("VPN fails", "Version 1", "<b>12</b> runs", "<b>91 %</b> resolved", "↪ goes on at “Hand over”"):
        assert words in text, words
    assert text.count('class="g-node') == 4
    assert "Review due" not in text


def test_flow_page_review_overdue_shows_badge(as_engineer: Browser, team: Team) -> None:
    flow = published_flow(team=team, review_days=0)
    assert "Review due since" in as_engineer.get(url(flow)).content.decode()
    assert "Review due" in as_engineer.get(LIBRARY).content.decode()


def test_flow_page_offers_every_variable(as_engineer: Browser, team: Team) -> None:
    kinds = ["text", "long_text", "number", "choice", "yes_no", "date", "ip", "host", "secret"]
    variables = [{"name": f"v_{kind}", "label": kind, "kind": kind, "choices": ["A&B"]} for kind in kinds]
    ClientFactory(team=team, name="Harbor Dental")
    ClientFactory(name="Other team's")
    text = as_engineer.get(url(published_flow(GRAPH | {"variables": variables}, team=team))).content.decode()
    for kind in kinds:
        assert f'name="var-v_{kind}"' in text
    assert 'name="var-v_secret" type="password" autocomplete="off"' in text
    assert "<option>A&amp;B</option>" in text
    assert '<option value="Harbor Dental">' in text
    assert "Other team" not in text


def test_flow_page_asks_once_for_what_every_flow_asks(as_engineer: Browser, team: Team) -> None:
    variables = [{"name": "device", "label": "PC or server", "kind": "host"}, {"name": "port", "label": "Port"}]
    text = as_engineer.get(url(published_flow(GRAPH | {"variables": variables}, team=team))).content.decode()
    assert ('name="device"' in text, "PC or server" in text, 'name="var-port"' in text) == (True, False, True)


def test_flow_page_viewer_reads_but_cannot_start(client: Browser, viewer: User) -> None:
    client.force_login(viewer)
    text = client.get(url(published_flow(team=viewer.team))).content.decode()
    assert "Engineers of your team can start it" in text
    assert 'name="ticket"' not in text


@pytest.mark.django_db
def test_flow_page_super_admin_reads_platform_flows_only(client: Browser, team: Team) -> None:
    client.force_login(super_admin())
    assert client.get(url(published_flow(team=None, visibility="public"))).status_code == 200
    assert client.get(url(published_flow(team=team))).status_code == 404


def test_flow_page_archived_can_be_read_not_started(as_engineer: Browser, engineer: User) -> None:
    flow = archive_flow(flow=published_flow(team=engineer.team), by=engineer)
    text = as_engineer.get(url(flow)).content.decode()
    assert "This flow is archived" in text
    assert 'name="ticket"' not in text


def test_passage_is_listed_and_read_but_offers_no_start(as_engineer: Browser, team: Team) -> None:
    flow = published_flow(GRAPH | {"kind": "passage"}, team=team, title="Caller check", kind="passage")
    published_flow(team=team, title="VPN")
    text = as_engineer.get(LIBRARY).content.decode()
    assert "Caller check" in text
    assert text.count("#start") == 1
    page = as_engineer.get(url(flow)).content.decode()
    assert "other flows go through it and come back" in page
    assert 'name="ticket"' not in page


def test_pages_of_another_team_or_of_a_colleague_are_404(as_engineer: Browser, team: Team, outsider: User) -> None:
    private = published_flow(team=team, visibility="private", owner=UserFactory(team=team))
    for flow in (published_flow(team=outsider.team), private, FlowFactory(team=team)):
        for address in (url(flow), url(flow, "flow-version", 1), url(flow, "version-download", 1)):
            assert as_engineer.get(address).status_code == 404


def test_pages_anonymous_goes_to_sign_in(client: Browser, team: Team) -> None:
    flow = published_flow(team=team)
    for address in (LIBRARY, url(flow), url(flow, "flow-version", 1), url(flow, "version-download", 1)):
        assert client.get(address).headers["Location"].startswith("/accounts/login/?next=")


def test_flow_version_tells_the_changes(as_engineer: Browser, team: Team) -> None:
    flow = published_flow(team=team)
    content = deepcopy(GRAPH)
    content["nodes"][0]["title"] = "Who is hit?"
    publish(flow, content)
    text = as_engineer.get(url(flow, "flow-version", 2)).content.decode()
    assert "“Who is affected?” reads “Who is hit?” now." in text
    assert "nothing to compare" in as_engineer.get(url(flow, "flow-version", 1)).content.decode()
    assert as_engineer.get(url(flow, "flow-version", 3)).status_code == 404


def test_version_download_is_a_file_that_reads_back(as_engineer: Browser, team: Team) -> None:
    flow = published_flow(team=team, slug="vpn", title="VPN")
    response = as_engineer.get(url(flow, "version-download", 1))
    assert response.headers["Content-Disposition"] == 'attachment; filename="vpn.yaml"'
    assert read(FlowFile, response.content.decode())[0].graph == Graph.model_validate(GRAPH)


def test_node_looks_cover_every_kind() -> None:
    assert set(NODE_LOOKS) == {
        "question", "action", "verify_caller", "sub_flow", "resolution", "escalation", "step",
    }  # fmt: skip


def test_flow_page_tells_editors_which_steps_are_not_verified(client: Browser, engineer: User, viewer: User) -> None:
    content = deepcopy(GRAPH)
    content["nodes"][1] |= {"unverified": True, "source": "The maker documents it nowhere."}
    flow = published_flow(content, team=None, visibility="public")
    for person, shown in ((engineer, True), (viewer, False), (super_admin(), True)):
        client.force_login(person)
        assert ("The maker documents it nowhere." in client.get(url(flow)).content.decode()) is shown
