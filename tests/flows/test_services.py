from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.flows.graph import Graph
from apps.flows.lint import Code
from apps.flows.models import Flow, FlowDraft, FlowVersion
from apps.flows.selectors import resolve_subflow
from apps.flows.services import (
    FlowRefused,
    archive_flow,
    change_flow,
    count_end,
    count_start,
    create_flow,
    publish_draft,
    republish,
    restore_flow,
    save_draft,
    share_flow,
    verify_flow,
)
from apps.teams.models import Team, User
from tests.factories.flows import GRAPH, FlowFactory, published_flow
from tests.factories.teams import UserFactory, super_admin


def graph(**fields: Any) -> Graph:
    return Graph.model_validate({**GRAPH, **fields})


def calling(called: str) -> Graph:
    nodes = deepcopy(GRAPH["nodes"])
    nodes[1] = {"id": "restart", "kind": "sub_flow", "title": "Call", "flow": called, "to": "done"}
    return graph(nodes=nodes)


def new_flow() -> Flow:
    return Flow(slug="vpn", title="VPN", kind="procedure")


def published_call(called: str, **fields: Any) -> Flow:
    return published_flow(calling(called).content(), **fields)


def publish(flow: Flow, content: Graph, by: User) -> FlowVersion:
    save_draft(flow=flow, graph=content, by=by)
    return publish_draft(flow=flow, by=by, change_note="Reworded")


def refusal(flow: Flow, content: Graph, by: User) -> str:
    with pytest.raises(FlowRefused) as refused:
        publish(flow, content, by)
    assert FlowDraft.objects.filter(flow=flow).exists()
    return str(refused.value)


def test_create_flow_belongs_to_the_actors_team(engineer: User) -> None:
    flow = create_flow(flow=new_flow(), by=engineer)
    assert (flow.team, flow.owner, flow.visibility) == (engineer.team, engineer, "team")


@pytest.mark.django_db
def test_create_flow_by_super_admin_is_public() -> None:
    flow = create_flow(flow=new_flow(), by=super_admin())
    assert (flow.team, flow.visibility) == (None, "public")


def test_create_flow_with_taken_slug_is_refused(engineer: User) -> None:
    FlowFactory(team=engineer.team, slug="vpn")
    with pytest.raises(FlowRefused, match="already a flow “vpn”"):
        create_flow(flow=new_flow(), by=engineer)


def test_create_flow_by_viewer_is_denied(viewer: User) -> None:
    with pytest.raises(PermissionDenied):
        create_flow(flow=new_flow(), by=viewer)


def test_save_draft_twice_keeps_one(engineer: User) -> None:
    flow = FlowFactory(team=engineer.team)
    save_draft(flow=flow, graph=graph(), by=engineer)
    save_draft(flow=flow, graph=graph(start=None), by=engineer)
    assert FlowDraft.objects.get(flow=flow).content["nodes"][0]["id"] == "scope"
    assert "start" not in FlowDraft.objects.get(flow=flow).content


def test_edit_by_others_is_denied(team: Team, engineer: User, viewer: User, outsider: User) -> None:
    private = FlowFactory(team=team, visibility="private", owner=engineer)
    platform = FlowFactory(team=None, visibility="public")
    for flow, by in [
        (private, UserFactory(team=team)),
        (FlowFactory(team=team), viewer),
        (FlowFactory(team=team), outsider),
        (platform, engineer),
        (FlowFactory(team=team), super_admin()),
    ]:
        with pytest.raises(PermissionDenied):
            save_draft(flow=flow, graph=graph(), by=by)


def test_publish_draft_makes_the_next_version_and_ends_the_draft(engineer: User) -> None:
    flow = published_flow(team=engineer.team)
    version = publish(flow, graph(kind="troubleshooting", variables=({"name": "host", "label": "Host"},)), engineer)
    flow.refresh_from_db()
    assert (version.number, version.published_by, version.change_note) == (2, engineer, "Reworded")
    assert (flow.published, version.graph.variables[0].name) == (version, "host")
    assert not FlowDraft.objects.exists()


def test_publish_draft_takes_the_kind_of_the_graph(engineer: User) -> None:
    flow = FlowFactory(team=engineer.team)
    publish(
        flow,
        Graph.model_validate({"kind": "procedure", "nodes": [{"id": "a", "kind": "step", "title": "A"}]}),
        engineer,
    )
    flow.refresh_from_db()
    assert flow.kind == "procedure"


def test_publish_draft_without_draft_is_refused(engineer: User) -> None:
    with pytest.raises(FlowRefused, match="no draft"):
        publish_draft(flow=FlowFactory(team=engineer.team), by=engineer)


def test_publish_draft_with_lint_error_is_refused_and_tells_it(engineer: User) -> None:
    flow = FlowFactory(team=engineer.team)
    save_draft(flow=flow, graph=graph(start=None), by=engineer)
    with pytest.raises(FlowRefused, match="does not say at which step it starts") as refused:
        publish_draft(flow=flow, by=engineer)
    assert [finding.code for finding in refused.value.findings] == [Code.NO_START]
    assert not FlowVersion.objects.exists()


def test_publish_draft_closing_a_circle_is_refused(engineer: User) -> None:
    flow = published_flow(team=engineer.team, slug="one")
    published_call("one", team=engineer.team, slug="two")
    published_call("two", team=engineer.team, slug="three")
    assert "leads back" in refusal(flow, calling("three"), engineer)


def test_publish_draft_calling_a_private_flow_is_refused(engineer: User) -> None:
    published_flow(team=engineer.team, slug="mine", visibility="private", owner=engineer)
    assert "no published flow" in refusal(FlowFactory(team=engineer.team), calling("mine"), engineer)


def test_publish_draft_of_private_flow_may_call_own_private_flow(engineer: User) -> None:
    published_flow(team=engineer.team, slug="mine", visibility="private", owner=engineer)
    flow = FlowFactory(team=engineer.team, visibility="private", owner=engineer)
    assert publish(flow, calling("mine"), engineer).number == 1


@pytest.mark.django_db
def test_publish_draft_of_platform_flow_calling_a_team_flow_is_refused(team: Team) -> None:
    published_flow(team=team, slug="theirs")
    flow = FlowFactory(team=None, visibility="public")
    assert "no published flow" in refusal(flow, calling("theirs"), super_admin())


def test_republish_gives_old_content_a_new_number(engineer: User) -> None:
    flow = published_flow(team=engineer.team)
    first = flow.published
    assert first is not None
    publish(flow, graph(variables=({"name": "host", "label": "Host"},)), engineer)
    version = republish(version=first, by=engineer)
    flow.refresh_from_db()
    assert (version.number, version.change_note, flow.published) == (3, "Back to version 1", version)
    assert version.graph == first.graph


def test_republish_the_published_version_is_refused(engineer: User) -> None:
    flow = published_flow(team=engineer.team)
    assert flow.published is not None
    with pytest.raises(FlowRefused, match="published one already"):
        republish(version=flow.published, by=engineer)


def test_change_flow_keeps_slug_and_visibility(engineer: User) -> None:
    flow = published_flow(team=engineer.team, owner=engineer, slug="vpn")
    flow.title, flow.slug, flow.visibility = "VPN fails", "other", "private"
    change_flow(flow=flow, by=engineer)
    flow.refresh_from_db()
    assert (flow.title, flow.slug, flow.visibility) == ("VPN fails", "vpn", "team")


def test_share_private_flow_shows_it_to_the_team(engineer: User) -> None:
    flow = published_flow(team=engineer.team, visibility="private", owner=engineer)
    share_flow(flow=flow, by=engineer)
    assert Flow.objects.visible_to(UserFactory(team=engineer.team)).filter(pk=flow.pk).exists()


def test_share_flow_that_calls_a_private_one_is_refused(engineer: User) -> None:
    published_flow(team=engineer.team, slug="mine", visibility="private", owner=engineer)
    flow = published_call("mine", team=engineer.team, visibility="private", owner=engineer)
    with pytest.raises(FlowRefused, match="no published flow"):
        share_flow(flow=flow, by=engineer)
    flow.refresh_from_db()
    assert flow.visibility == "private"


def test_archive_then_restore_takes_flow_out_and_back(engineer: User) -> None:
    flow = published_flow(team=engineer.team)
    assert not Flow.objects.live().filter(pk=archive_flow(flow=flow, by=engineer).pk).exists()
    assert Flow.objects.live().filter(pk=restore_flow(flow=flow, by=engineer).pk).exists()


def test_archive_called_flow_is_refused(engineer: User) -> None:
    flow = published_flow(team=engineer.team, slug="called")
    published_call("called", team=engineer.team)
    with pytest.raises(FlowRefused, match="1 other flow calls this one"):
        archive_flow(flow=flow, by=engineer)


def test_restore_flow_whose_call_is_gone_is_refused(engineer: User) -> None:
    called = published_flow(team=engineer.team, slug="called")
    caller = published_call("called", team=engineer.team)
    archive_flow(flow=caller, by=engineer)
    archive_flow(flow=called, by=engineer)
    with pytest.raises(FlowRefused, match="no published flow"):
        restore_flow(flow=caller, by=engineer)


def test_resolve_subflow_prefers_the_teams_own(team: Team, outsider: User) -> None:
    platform = published_flow(team=None, visibility="public", slug="vpn")
    own = published_flow(team=team, slug="vpn")
    assert resolve_subflow("vpn", own.team_id, platform.published_id) == own.published
    assert resolve_subflow("vpn", outsider.team_id, platform.published_id) == platform.published


def test_resolve_subflow_passes_over_private_archived_and_unpublished(team: Team, engineer: User) -> None:
    private = published_flow(team=team, slug="private", visibility="private", owner=engineer)
    published_flow(team=team, slug="archived", archived_at=datetime.now(UTC))
    FlowFactory(team=team, slug="draft")
    shared = published_flow(team=team).published_id
    assert [resolve_subflow(slug, team.pk, shared) for slug in ("private", "archived", "draft", "none")] == [None] * 4
    assert resolve_subflow("private", team.pk, private.published_id) == private.published


def test_counters_are_one_statement_each(team: Team) -> None:
    flow = published_flow(team=team)
    now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        count_start(flow.pk)
        count_start(flow.pk)
        count_end(flow.pk, resolved=True, at=now)
        count_end(flow.pk, resolved=False, at=datetime(2026, 11, 25, tzinfo=UTC))
    flow.refresh_from_db()
    assert len(queries) == 4
    assert (flow.runs, flow.finished_runs, flow.resolved_runs, flow.last_resolved_at) == (2, 2, 1, now)
    assert flow.resolved_percent == 50


def test_verified_flow_names_who_looked_through_it_until_the_next_version(client, lead, team):
    flow = published_flow(team=team)
    verified = verify_flow(flow=flow, by=lead)
    assert (verified.verified_by, verified.is_stale) == (lead, False)
    client.force_login(lead)
    assert f"by {lead.name}" in client.get(f"/library/{flow.pk}/").content.decode()
    save_draft(flow=flow, graph=Graph.model_validate(GRAPH), by=lead)
    publish_draft(flow=flow, by=lead)
    assert Flow.objects.get(pk=flow.pk).verified_at is None


def test_flow_without_a_version_or_of_another_team_is_not_verified(lead, team, outsider):
    with pytest.raises(FlowRefused, match="Nothing is published"):
        verify_flow(flow=FlowFactory(team=team), by=lead)
    with pytest.raises(PermissionDenied):
        verify_flow(flow=published_flow(team=team), by=outsider)
