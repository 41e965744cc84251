from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given

from apps.flows.diff import Change, Difference, diff
from apps.flows.graph import Graph
from tests.factories.flows import GRAPH
from tests.flows import graphs


def changed(node: int | None = None, **fields: Any) -> list[Difference]:
    """Differences after fields of the graph, or of its n-th node, were replaced."""
    content = deepcopy(GRAPH)
    (content if node is None else content["nodes"][node]).update(fields)
    return diff(Graph.model_validate(GRAPH), Graph.model_validate(content))


def told(differences: list[Difference]) -> list[tuple[str, str | None, str, str]]:
    return [(one.change.value, one.node_id, one.field, one.sentence) for one in differences]


def option(label: str, to: str, **fields: Any) -> dict[str, Any]:
    return {"label": label, "to": to, **fields}


@given(graphs.graphs)
def test_diff_same_graph_is_empty(graph: Graph) -> None:
    assert diff(graph, graph) == []


@given(graphs.graphs, graphs.graphs)
def test_diff_tells_every_step_that_came_or_went(old: Graph, new: Graph) -> None:
    found = diff(old, new)
    added = {one.node_id for one in found if one.change == Change.ADDED and not one.field}
    removed = {one.node_id for one in found if one.change == Change.REMOVED and not one.field}
    assert added == new.by_id.keys() - old.by_id.keys()
    assert removed == old.by_id.keys() - new.by_id.keys()
    assert all(one.sentence for one in found)


@given(graphs.graphs, graphs.graphs)
def test_diff_backwards_swaps_added_and_removed(old: Graph, new: Graph) -> None:
    def count(differences: list[Difference], change: Change) -> int:
        return sum(one.change == change for one in differences)

    assert count(diff(old, new), Change.ADDED) == count(diff(new, old), Change.REMOVED)


def test_diff_start_tells_both_titles() -> None:
    sentence = "The flow starts at “Restart the client”, no longer at “Who is affected?”."
    assert told(changed(start="restart")) == [("changed", None, "start", sentence)]


def test_diff_kind_is_told() -> None:
    assert told(changed(kind="procedure"))[0] == ("changed", None, "kind", "The flow is a procedure now.")


def test_diff_variables_added_changed_removed() -> None:
    host = {"name": "host", "label": "Host"}
    old = Graph.model_validate(GRAPH | {"variables": [host, {"name": "user", "label": "User"}]})
    new = Graph.model_validate(GRAPH | {"variables": [host | {"required": True}, {"name": "site", "label": "Site"}]})
    assert [sentence for *_, sentence in told(diff(old, new))] == [
        "Variable “host” changed.",
        "Variable “site” added.",
        "Variable “user” removed.",
    ]


def test_diff_node_added_and_removed() -> None:
    nodes = [*deepcopy(GRAPH["nodes"])[:3], {"id": "call", "kind": "escalation", "title": "Call", "have_ready": []}]
    found = told(changed(nodes=nodes))
    assert ("added", "call", "", "Added: “Call”.") in found
    assert ("removed", "hand-over", "", "Removed: “Hand over”.") in found


def test_diff_title_tells_old_and_new() -> None:
    sentence = "“Who is affected?” reads “Who is hit?” now."
    assert told(changed(0, title="Who is hit?")) == [("changed", "scope", "title", sentence)]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("minutes", 5, "the minutes"),
        ("body", "Look", "the instructions"),
        ("warning", "Cuts off", "the warning"),
        ("commands", [], "the commands"),
        ("destructive", {"lost": "a", "backup": "b", "undo": "c"}, "what is said of the destruction"),
    ],
)
def test_diff_field_is_named_in_words(field: str, value: Any, words: str) -> None:
    found = changed(1, **{field: value})
    assert [(one.change, one.node_id, one.field) for one in found] == [(Change.CHANGED, "restart", field)]
    assert words in found[0].sentence


def test_diff_option_retargeted_tells_both_targets() -> None:
    found = changed(0, options=[option("One person", "restart"), option("Everybody", "done")])
    sentence = "“Who is affected?”: “Everybody” leads to “Client restarted”, not to “Hand over”."
    assert told(found) == [("retargeted", "scope", "options.Everybody", sentence)]
    assert (found[0].before, found[0].after) == ("hand-over", "done")


def test_diff_option_added_and_removed() -> None:
    found = told(changed(0, options=[option("One person", "restart"), option("Several", "hand-over")]))
    assert found == [
        ("added", "scope", "options.Several", "“Who is affected?”: “Several” added, leads to “Hand over”."),
        ("removed", "scope", "options.Everybody", "“Who is affected?”: “Everybody” removed."),
    ]


def test_diff_option_detail_and_order() -> None:
    swapped = [option("Everybody", "hand-over"), option("One person", "restart", detail="a user")]
    assert [one.change for one in changed(0, options=swapped)] == [Change.CHANGED, Change.MOVED]


def test_diff_answers_with_the_same_words_are_kept_apart() -> None:
    twice = [option("One person", "restart"), option("Everybody", "hand-over"), option("Everybody", "done")]
    assert [(one.change, one.field) for one in changed(0, options=twice)] == [(Change.ADDED, "options.Everybody (3)")]


def test_diff_kind_of_node_changed() -> None:
    content = deepcopy(GRAPH)
    content["nodes"][3] = {"id": "hand-over", "kind": "resolution", "title": "Hand over", "summary": "Done."}
    fields = {one.field for one in diff(Graph.model_validate(GRAPH), Graph.model_validate(content))}
    assert fields == {"kind", "summary", "have_ready"}


def test_diff_step_of_procedure_moved() -> None:
    steps = [{"id": id_, "kind": "step", "title": id_} for id_ in "abc"]
    old, new = (Graph.model_validate({"kind": "procedure", "nodes": order}) for order in (steps, steps[::-1]))
    assert {one.node_id for one in diff(old, new) if one.change == Change.MOVED} == {"a", "c"}
