from copy import deepcopy
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.flows.exchange import Imported, export_flows, import_flows
from apps.flows.flow_file import FlowFileError, write
from apps.flows.models import Category, Flow, FlowDraft, FlowVersion, Tag
from apps.teams.models import Team, User
from tests.factories.flows import GRAPH, FlowFactory, published_flow


def file(slug: str = "vpn", **fields: Any) -> str:
    return write({"slug": slug, "title": "VPN", "category": "Network", "tags": ["vpn", "rras"], **GRAPH, **fields})


def calling(slug: str, called: str) -> str:
    """A flow whose action is a call of another flow."""
    nodes = deepcopy(GRAPH["nodes"])
    nodes[1] = {"id": "restart", "kind": "sub_flow", "title": "Call", "flow": called, "to": "done"}
    return file(slug, nodes=nodes)


def results(imported: list[Imported]) -> list[str]:
    return [one.result for one in imported]


def refusal(files: dict[str, str], team: Team | None = None) -> str:
    with pytest.raises(FlowFileError) as refused:
        import_flows(files=files, team=team)
    return str(refused.value)


@pytest.mark.django_db
def test_import_new_file_creates_public_platform_flow() -> None:
    assert results(import_flows(files={"a": file(summary="Errors 809")}, team=None)) == ["created"]
    flow = Flow.objects.get(slug="vpn")
    assert (flow.team, flow.visibility, flow.summary) == (None, "public", "Errors 809")
    assert flow.published is not None
    assert flow.published.number == 1
    assert flow.published.graph.first == "scope"
    assert flow.category is not None
    assert flow.category.slug == "network"
    assert set(flow.tags.values_list("name", flat=True)) == {"vpn", "rras"}


def test_import_for_team_creates_team_flow_with_owner(team: Team, engineer: User) -> None:
    import_flows(files={"a": file()}, team=team, by=engineer)
    flow = Flow.objects.get(slug="vpn")
    assert (flow.team, flow.visibility, flow.owner) == (team, "team", engineer)
    assert flow.category is not None
    assert flow.category.team == team


def test_import_uses_categories_and_tags_of_the_platform(team: Team) -> None:
    import_flows(files={"a": file()}, team=None)
    import_flows(files={"a": file()}, team=team)
    assert (Category.objects.count(), Tag.objects.count()) == (1, 2)


@pytest.mark.django_db
def test_import_same_file_again_changes_nothing() -> None:
    import_flows(files={"a": file()}, team=None)
    before = Flow.objects.get().updated_at
    assert results(import_flows(files={"a": file(tags=["rras", "vpn"])}, team=None)) == ["unchanged"]
    assert FlowVersion.objects.count() == 1
    assert Flow.objects.get().updated_at == before


@pytest.mark.django_db
def test_import_changed_head_makes_no_version() -> None:
    import_flows(files={"a": file()}, team=None)
    assert results(import_flows(files={"a": file(title="VPN fails", tags=["vpn"])}, team=None)) == ["changed"]
    flow = Flow.objects.get()
    assert (flow.title, flow.tags.count(), flow.versions.count()) == ("VPN fails", 1, 1)


@pytest.mark.django_db
def test_import_changed_graph_publishes_next_version() -> None:
    import_flows(files={"a": file()}, team=None)
    nodes = deepcopy(GRAPH["nodes"])
    nodes[0]["title"] = "Who is hit?"
    assert results(import_flows(files={"a": file(nodes=nodes)}, team=None)) == ["changed"]
    flow = Flow.objects.get()
    assert flow.published is not None
    assert (flow.published.number, flow.published.graph.nodes[0].title) == (2, "Who is hit?")


@pytest.mark.django_db
@pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
def test_import_sub_flows_of_the_batch_resolve_in_any_order(order: list[str]) -> None:
    texts = {"a": calling("caller", "called"), "b": file("called")}
    assert results(import_flows(files={name: texts[name] for name in order}, team=None)) == ["created", "created"]


@pytest.mark.django_db
def test_import_sub_flow_known_from_before_resolves() -> None:
    import_flows(files={"b": file("called")}, team=None)
    assert results(import_flows(files={"a": calling("caller", "called")}, team=None)) == ["created"]


@pytest.mark.django_db
def test_import_circle_of_calls_is_refused() -> None:
    assert "leads back" in refusal({"a": calling("one", "two"), "b": calling("two", "one")})


@pytest.mark.django_db
def test_import_lint_error_names_file_and_line_and_imports_nothing() -> None:
    message = refusal({"good.yaml": file(), "bad.yaml": calling("bad", "gone")})
    line = calling("bad", "gone").split("\n").index("  - id: restart") + 1
    assert message == f"bad.yaml, line {line}: “Call” calls “gone”, which is no published flow."
    assert not Flow.objects.exists()


@pytest.mark.django_db
def test_import_unreadable_file_imports_nothing() -> None:
    assert "bad.yaml, line 1" in refusal({"good.yaml": file(), "bad.yaml": "title: x"})
    assert not Flow.objects.exists()


@pytest.mark.django_db
def test_import_same_slug_twice_is_refused() -> None:
    assert refusal({"a": file(), "b": file()}).count("Two files have the slug “vpn”") == 2


def test_import_over_private_flow_is_refused_whole(team: Team, engineer: User) -> None:
    FlowFactory(team=team, slug="vpn", visibility="private", owner=engineer)
    assert "private flow" in refusal({"a": file("new"), "b": file()}, team)
    assert not Flow.objects.filter(slug="new").exists()


def test_import_keeps_the_draft(team: Team) -> None:
    flow = published_flow(team=team, slug="vpn")
    FlowDraft.objects.create(team=team, flow=flow, content=GRAPH)
    import_flows(files={"a": file()}, team=team)
    assert FlowDraft.objects.filter(flow=flow).exists()


@pytest.mark.django_db
def test_import_reports_warnings() -> None:
    imported = import_flows(files={"a": file()}, team=None)
    assert "risky" in {finding.code for finding in imported[0].warnings}


def test_export_then_import_elsewhere_gives_same_flow(team: Team, outsider: User) -> None:
    import_flows(files={"a": file(summary="Errors 809", review_days=30)}, team=team)
    texts = dict(export_flows(team=team))
    import_flows(files=texts, team=outsider.team)
    assert dict(export_flows(team=outsider.team)) == texts
    assert list(texts) == ["vpn"]


def test_export_leaves_out_private_archived_and_unpublished(team: Team, engineer: User) -> None:
    published_flow(team=team, visibility="private", owner=engineer)
    FlowFactory(team=team)
    published_flow(team=None, visibility="public")
    assert list(export_flows(team=team)) == []


def test_commands_export_and_import_a_folder(tmp_path: Any, team: Team, capsys: Any) -> None:
    import_flows(files={"a": file(), "b": file("dns")}, team=None)
    call_command("export_flows", tmp_path / "out")
    call_command("export_flows", tmp_path / "one", slug="dns")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["dns.yaml", "vpn.yaml"]
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["dns.yaml"]
    call_command("import_flows", tmp_path / "out" / "vpn.yaml", tmp_path / "one", team=team.pk)
    assert Flow.objects.filter(team=team).count() == 2
    assert "Flows: 2 created, 0 changed, 0 unchanged." in capsys.readouterr().out


def test_commands_refuse_with_a_sentence(tmp_path: Any, team: Team) -> None:
    (tmp_path / "bad.yaml").write_text("title: x")
    with pytest.raises(CommandError, match=r"Nothing was imported\.\n.*bad\.yaml, line 1"):
        call_command("import_flows", tmp_path)
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_flows", tmp_path / "none.yaml")
    with pytest.raises(CommandError, match="no team 0"):
        call_command("import_flows", tmp_path, team=0)
    with pytest.raises(CommandError, match="no published flow “none”"):
        call_command("export_flows", tmp_path, slug="none")
