from copy import deepcopy
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from apps.flows.flow_file import write
from apps.flows.models import Category, Flow, FlowDraft, Tag
from apps.flows.search.ranking import search_flows
from apps.teams.models import Team, User
from tests.factories.flows import GRAPH, FlowFactory, publish, published_flow
from tests.factories.teams import UserFactory, super_admin

ADD = reverse("admin:flows_flow_add")
HEAD = {"title": "VPN fails", "summary": "", "category": "", "review_days": "90"}


@pytest.fixture
def as_lead(client: Browser, lead: User) -> Browser:
    client.force_login(lead)
    return client


def address(flow: Flow) -> str:
    return reverse("admin:flows_flow_change", args=[flow.pk])


def text(**fields: Any) -> str:
    return write(GRAPH | fields)


def other_text() -> str:
    nodes = deepcopy(GRAPH["nodes"])
    nodes[0]["title"] = "Who is hit?"
    return text(nodes=nodes)


def post(browser: Browser, flow: Flow, draft: str = "", **fields: Any) -> str:
    """The page after saving, with its messages."""
    data = HEAD | {"draft_text": draft, "change_note": "", "roll_back_to": ""} | fields
    return browser.post(address(flow), data, follow=True).content.decode()


def fresh(flow: Flow) -> Flow:
    return Flow.objects.select_related("published").get(pk=flow.pk)


def test_flow_added_by_lead_is_the_teams_with_its_draft(as_lead: Browser, lead: User) -> None:
    data = HEAD | {"slug": "vpn", "kind": "troubleshooting", "visibility": "team", "draft_text": text()}
    assert as_lead.post(ADD, data).status_code == 302
    flow = Flow.objects.get(slug="vpn")
    assert (flow.team, flow.owner, flow.published) == (lead.team, lead, None)
    assert FlowDraft.objects.get(flow=flow).content["start"] == "scope"


def test_flow_added_from_a_file_of_the_library_is_kept_without_its_head(as_lead: Browser) -> None:
    file = write({"slug": "vpn-fails", "title": "VPN", "category": "Network", "tags": ["vpn"]} | GRAPH)
    data = HEAD | {"slug": "vpn", "kind": "troubleshooting", "visibility": "team", "draft_text": file}
    assert as_lead.post(ADD, data).status_code == 302
    assert FlowDraft.objects.get(flow__slug="vpn").content["start"] == "scope"


def test_flow_added_with_public_visibility_by_lead_is_refused(as_lead: Browser) -> None:
    data = HEAD | {"slug": "vpn", "kind": "troubleshooting", "visibility": "public"}
    assert as_lead.post(ADD, data).status_code == 200
    assert not Flow.objects.exists()


def test_flow_added_with_taken_slug_is_a_form_error(as_lead: Browser, team: Team) -> None:
    FlowFactory(team=team, slug="vpn")
    data = HEAD | {"slug": "vpn", "kind": "troubleshooting", "visibility": "team"}
    assert as_lead.post(ADD, data).status_code == 200


def test_flow_head_is_saved_and_slug_stays(as_lead: Browser, team: Team) -> None:
    flow = published_flow(team=team, slug="vpn")
    post(as_lead, flow, title="Renamed", slug="other", review_days="30")
    assert (fresh(flow).title, fresh(flow).slug, fresh(flow).review_days) == ("Renamed", "vpn", 30)
    assert not FlowDraft.objects.exists()


def test_draft_begins_as_the_published_version(as_lead: Browser, team: Team) -> None:
    flow = published_flow(team=team)
    page = as_lead.get(address(flow))
    assert page.context["adminform"].form.fields["draft_text"].initial == text()
    assert "There is no draft" in page.content.decode()


def test_draft_same_as_published_is_not_kept(as_lead: Browser, team: Team) -> None:
    post(as_lead, published_flow(team=team), text().replace("\n", "\r\n"))
    assert not FlowDraft.objects.exists()


def test_draft_unreadable_tells_the_line(as_lead: Browser, team: Team) -> None:
    flow = published_flow(team=team)
    page = post(as_lead, flow, text().replace("kind: action", "kind: riddle"))
    line = text().split("\n").index("  - id: restart") + 1
    assert f"Line {line}: nodes, 2" in page
    assert "kind: riddle" in page
    assert not FlowDraft.objects.exists()


def test_draft_with_lint_errors_is_kept_and_shows_them(as_lead: Browser, team: Team) -> None:
    flow = published_flow(team=team)
    page = post(as_lead, flow, text(start="nowhere"), _continue="1")
    assert "Error: The flow starts at “nowhere”, which is no step." in page
    assert FlowDraft.objects.filter(flow=flow).exists()


def test_publish_makes_a_version(as_lead: Browser, team: Team) -> None:
    flow = published_flow(team=team)
    assert "Version 2 is published" in post(as_lead, flow, other_text(), _publish="1", change_note="Reworded")
    version = fresh(flow).published
    assert version is not None
    assert (version.number, version.change_note) == (2, "Reworded")


def test_publish_with_lint_error_is_refused_with_its_sentence(as_lead: Browser, team: Team) -> None:
    flow = published_flow(team=team)
    assert "which is no step. Nothing was changed." in post(as_lead, flow, text(start="nowhere"), _publish="1")
    assert flow.versions.count() == 1


def test_roll_back_publishes_the_earlier_version_again(as_lead: Browser, team: Team) -> None:
    flow = published_flow(team=team)
    first = flow.published
    publish(flow, GRAPH | {"variables": [{"name": "host", "label": "Host"}]})
    assert first is not None
    assert "Version 3 is published" in post(as_lead, flow, roll_back_to=first.pk, _roll_back="1")
    assert "Choose the earlier version" in post(as_lead, flow, _roll_back="1")


def test_archive_and_restore(as_lead: Browser, team: Team) -> None:
    flow = published_flow(team=team)
    post(as_lead, flow, _archive="1")
    assert fresh(flow).archived_at is not None
    post(as_lead, flow, _restore="1")
    assert fresh(flow).archived_at is None


def test_share_private_flow(as_lead: Browser, lead: User) -> None:
    flow = published_flow(team=lead.team, visibility="private", owner=lead)
    post(as_lead, flow, _share="1")
    assert fresh(flow).visibility == "team"


def test_flows_of_others_are_out_of_reach(as_lead: Browser, team: Team, outsider: User) -> None:
    private = published_flow(team=team, visibility="private", owner=UserFactory(team=team))
    platform = published_flow(team=None, visibility="public")
    own = published_flow(team=team)
    listed = as_lead.get(reverse("admin:flows_flow_changelist")).context["cl"].result_list
    assert list(listed) == [own]
    for flow in (private, platform, published_flow(team=outsider.team)):
        post(as_lead, flow, title="Taken over")
        assert fresh(flow).title != "Taken over"


@pytest.mark.django_db
def test_super_admin_edits_platform_flows(client: Browser, team: Team) -> None:
    client.force_login(super_admin())
    Category.objects.create(team=team, name="Ours", slug="ours")
    flow = published_flow(team=None, visibility="public")
    assert list(client.get(address(flow)).context["adminform"].form.fields["category"].queryset) == []
    post(client, flow, other_text(), _publish="1")
    assert flow.versions.count() == 2
    assert client.get(address(published_flow(team=team))).status_code == 302


def test_flow_is_found_by_a_tag_as_soon_as_it_has_it(as_lead: Browser, lead: User, team: Team) -> None:
    flow = published_flow(team=team)
    post(as_lead, flow, tags=[str(Tag.objects.create(team=team, name="teleprinter").pk)])
    assert [hit.flow_id for hit in search_flows(Flow.objects.all(), "teleprinter", 5, team_id=team.pk)] == [flow.pk]


def test_tags_to_choose_from_are_ticks_in_order(as_lead: Browser, lead: User) -> None:
    for name in ("vpn", "azure", "mail"):
        Tag.objects.create(team=lead.team, name=name)
    page = as_lead.get(address(published_flow(team=lead.team))).content.decode()
    assert 'type="checkbox" name="tags"' in page
    assert page.index(" azure") < page.index(" mail") < page.index(" vpn")


def test_verify_by_a_lead_stands_on_the_flow(as_lead: Browser, lead: User) -> None:
    flow = published_flow(team=lead.team)
    assert "is verified" in post(as_lead, flow, _verify="x")
    assert fresh(flow).verified_by == lead
