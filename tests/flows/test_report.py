from io import StringIO

import pytest
from django.core.management import call_command

from apps.flows.graph import Graph
from apps.flows.report import by_shell, row, shared, table
from apps.teams.models import Team
from tests.factories.flows import GRAPH, published_flow

MARKED = {
    **GRAPH,
    "nodes": [{**GRAPH["nodes"][0], "unverified": True, "source": "No page names it."}, *GRAPH["nodes"][1:]],
}


def printed(**options: object) -> str:
    out = StringIO()
    call_command("library_report", stdout=out, **options)
    return out.getvalue()


def test_row_counts_nodes_minutes_and_commands_by_effect() -> None:
    assert row("vpn", Graph.model_validate(GRAPH)) == ("vpn", 4, 12, 0, 1, 0)


def test_table_ends_with_the_sums() -> None:
    graph = Graph.model_validate(MARKED)
    lines = table({"a": graph, "b": graph})
    assert lines[0].split() == ["flow", "nodes", "minutes", "reads", "changes", "unverified"]
    assert lines[-1].split() == ["2", "flows", "8", "24", "0", "2", "2"]


def test_table_of_nothing_is_head_and_zeros() -> None:
    assert table({})[-1].split() == ["0", "flows", "0", "0", "0", "0", "0"]


def test_passages_are_counted_apart_and_say_who_shares_them() -> None:
    passage = Graph.model_validate({**GRAPH, "kind": "passage"})
    call = {"id": "check", "kind": "sub_flow", "title": "Check", "flow": "check", "to": "check"}
    calling = Graph.model_validate({"start": "check", "nodes": [call]})
    graphs = {"vpn": calling, "check": passage}
    assert table(graphs)[-1].startswith("1 flows, 1 shared passages ")
    assert shared(graphs) == ["check is shared by 1: vpn"]


def test_commands_are_counted_by_shell_the_most_used_first() -> None:
    graph = Graph.model_validate(GRAPH)
    action = next(node for node in graph.nodes if node.commands)
    zsh = action.model_copy(update={"commands": (action.commands[0].model_copy(update={"shell": "zsh"}),) * 2})
    assert by_shell([graph, Graph(nodes=(zsh,))]) == "commands: 2 zsh, 1 Windows PowerShell 5.1"


@pytest.mark.django_db
def test_library_report_lists_platform_flows_and_steps_not_verified(team: Team) -> None:
    published_flow(MARKED, team=None, visibility="public", slug="vpn")
    published_flow(team=team, slug="ours")
    assert "vpn, scope: No page names it." in printed()
    assert "commands: 1 Windows PowerShell 5.1" in printed()
    assert "ours" not in printed()
    assert "ours" in printed(team=team.pk)


@pytest.mark.django_db
def test_library_report_leaves_private_flows_out(team: Team, engineer: object) -> None:
    published_flow(team=team, visibility="private", owner=engineer, slug="mine")
    assert "mine" not in printed(team=team.pk)
