from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given

from apps.flows.graph import Graph
from apps.flows.lint import Code, Finding, Severity, SubFlowFacts, lint
from tests.flows import graphs

END = {"id": "end", "kind": "resolution", "title": "Solved", "summary": "Done."}
UP = {"id": "up", "kind": "escalation", "title": "Hand over", "have_ready": ["Log"]}


def ask(id_: str, *targets: str, **fields: Any) -> dict[str, Any]:
    options = [{"label": f"To {target}", "to": target} for target in targets]
    return {"id": id_, "kind": "question", "title": f"Question {id_}", "minutes": 1, "options": options, **fields}


def act(id_: str, *targets: str, **fields: Any) -> dict[str, Any]:
    return ask(id_, *targets, **{"kind": "action", **fields})


def call(id_: str, flow: str, to: str = "end") -> dict[str, Any]:
    return {"id": id_, "kind": "sub_flow", "title": f"Call {flow}", "minutes": 1, "flow": flow, "to": to}


def step(id_: str, **fields: Any) -> dict[str, Any]:
    return {"id": id_, "kind": "step", "title": f"Step {id_}", "minutes": 1, **fields}


def check(*nodes: dict[str, Any], subflows: dict[str, SubFlowFacts] | None = None, **fields: Any) -> list[Finding]:
    """Findings of a flow “mine” that the team sees, starting at its first node."""
    start = {"start": nodes[0]["id"]} if nodes else {}
    graph = Graph.model_validate(start | {"nodes": deepcopy(nodes)} | fields)
    return lint(graph, subflows=subflows or {}, slug="mine", visibility="team")


def codes(*nodes: dict[str, Any], **fields: Any) -> set[tuple[str, str | None]]:
    return {(finding.code.value, finding.node_id) for finding in check(*nodes, **fields)}


def test_lint_sound_graph_finds_nothing() -> None:
    assert codes(ask("a", "end", "up"), END, UP) == set()


def test_lint_sound_procedure_finds_nothing() -> None:
    assert codes(step("a"), step("b"), kind="procedure") == set()


def test_lint_no_nodes_is_error() -> None:
    assert ("no-start", None) in codes()


@pytest.mark.parametrize("start", [None, "nowhere"])
def test_lint_start_missing_is_error(start: str | None) -> None:
    found = check(ask("a", "end", "up"), END, UP, start=start)
    assert [(one.code, one.severity) for one in found] == [(Code.NO_START, Severity.ERROR)]


def test_lint_unreachable_node_is_error() -> None:
    assert codes(ask("a", "end", "up"), ask("b", "end"), END, UP) == {("unreachable", "b")}


def test_lint_question_without_options_is_dead_end() -> None:
    assert ("dead-end", "b") in codes(ask("a", "b", "end", "up"), ask("b"), END, UP)


def test_lint_option_to_nowhere_is_error() -> None:
    found = check(ask("a", "end", "up", "gone"), END, UP)
    assert [(one.code, one.node_id) for one in found] == [(Code.NO_TARGET, "a")]
    assert "“To gone” leads to “gone”" in found[0].message


def test_lint_cycle_without_exit_is_told_once() -> None:
    assert codes(ask("a", "b", "end", "up"), ask("b", "c"), ask("c", "b"), END, UP) == {("no-exit", "b")}


def test_lint_cycle_with_exit_is_allowed() -> None:
    assert codes(ask("a", "b", "up"), ask("b", "a", "end"), END, UP) == set()


def test_lint_no_terminal_is_error() -> None:
    assert ("no-end", None) in codes(ask("a", "a"))


def test_lint_empty_title_is_error() -> None:
    assert codes(ask("a", "end", "up", title="  "), END, UP) == {("empty-title", "a")}


def test_lint_duplicate_id_is_error() -> None:
    assert codes(ask("a", "end", "up"), END, END, UP) == {("duplicate-id", "end")}


def test_lint_duplicate_variable_is_error() -> None:
    twice = [{"name": "host", "label": "Host"}] * 2
    assert codes(ask("a", "end", "up"), END, UP, variables=twice) == {("duplicate-id", None)}


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Is {{host}} up?"},
        {"body": "Look at {{ host }}"},
        {"commands": [{"text": "ping {{host}}", "where": "PC", "effect": "read"}]},
        {"commands": [{"text": "ping", "where": "{{host}}", "effect": "read"}]},
    ],
)
def test_lint_unknown_variable_anywhere_is_error(fields: dict[str, Any]) -> None:
    nodes = ask("a", "end", "up", **fields), END, UP
    assert codes(*nodes) == {("unknown-variable", "a")}
    assert codes(*nodes, variables=[{"name": "host", "label": "Host"}]) == set()


def test_lint_choice_without_choices_is_error() -> None:
    variables = [{"name": "site", "label": "Site", "kind": "choice"}]
    assert codes(ask("a", "end", "up"), END, UP, variables=variables) == {("no-choices", None)}


def test_lint_unknown_sub_flow_is_error() -> None:
    assert codes(ask("a", "s", "up"), call("s", "other"), END, UP) == {("unknown-sub-flow", "s")}


def test_lint_known_sub_flow_is_allowed() -> None:
    facts = {"other": SubFlowFacts("public")}
    assert codes(ask("a", "s", "up"), call("s", "other"), END, UP, subflows=facts) == set()


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"other": SubFlowFacts("team", ("mine",))},
        {"other": SubFlowFacts("team", ("third",)), "third": SubFlowFacts("team", ("mine",))},
    ],
)
def test_lint_looping_sub_flow_is_error(facts: dict[str, SubFlowFacts]) -> None:
    called = "other" if facts else "mine"
    assert codes(ask("a", "s", "up"), call("s", called), END, UP, subflows=facts) == {("looping-sub-flow", "s")}


def test_lint_less_visible_sub_flow_is_error() -> None:
    facts = {"other": SubFlowFacts("private")}
    assert codes(ask("a", "s", "up"), call("s", "other"), END, UP, subflows=facts) == {("hidden-sub-flow", "s")}


def test_lint_step_in_branching_flow_is_error() -> None:
    assert ("wrong-kind", "b") in codes(ask("a", "b", "end", "up"), step("b"), END, UP)


def test_lint_question_in_procedure_is_error() -> None:
    assert codes(step("a"), ask("b", "a"), kind="procedure") == {("wrong-kind", "b")}
    assert ("wrong-kind", "a") in codes(step("a"), kind="passage")


def test_lint_no_escalation_is_warning() -> None:
    found = check(ask("a", "end"), END)
    assert [(one.code, one.severity) for one in found] == [(Code.NO_ESCALATION, Severity.WARNING)]


def test_lint_missing_minutes_is_warning_except_at_the_end() -> None:
    assert codes(ask("a", "end", "up", minutes=None), END, UP) == {("no-minutes", "a")}


CHANGE = [{"text": "Restart-Service x", "where": "Server", "effect": "change"}]


def test_lint_changing_command_without_warning_is_risky() -> None:
    assert codes(act("a", "end", "up", commands=CHANGE), END, UP) == {("risky", "a")}


@pytest.mark.parametrize(
    "fields", [{"warning": "Cuts people off"}, {"destructive": {"lost": "x", "backup": "y", "undo": "z"}}]
)
def test_lint_changing_command_with_warning_is_allowed(fields: dict[str, Any]) -> None:
    assert codes(act("a", "end", "up", commands=CHANGE, **fields), END, UP) == set()


@pytest.mark.parametrize("title", ["Reset the password", "Remove the inbox rule", "Read a recovery key", "Set up MFA"])
def test_lint_identity_flow_without_caller_check_is_warning(title: str) -> None:
    assert codes(act("a", "end", "up", title=title), END, UP) == {("no-caller-check", "a")}


def test_lint_question_about_passwords_is_allowed() -> None:
    assert codes(ask("a", "end", "up", title="Does it ask for a password?"), END, UP) == set()


def test_lint_identity_flow_with_caller_check_is_allowed() -> None:
    verify = {"id": "v", "kind": "verify_caller", "title": "Who calls?", "minutes": 2, "verified": "a", "failed": "up"}
    assert codes(verify, act("a", "end", "up", title="Reset the password"), END, UP) == set()


def test_lint_identity_flow_whose_sub_flow_verifies_is_allowed() -> None:
    facts = {"verify": SubFlowFacts("public", verifies_caller=True)}
    nodes = call("s", "verify", "a"), act("a", "end", "up", title="Reset the password"), END, UP
    assert codes(*nodes, subflows=facts) == set()


def test_lint_more_than_150_nodes_is_warning() -> None:
    chain = [ask(f"n{number}", f"n{number + 1}") for number in range(149)]
    assert ("too-large", None) not in codes(*chain[:-1], ask("n148", "end", "up"), END)
    assert ("too-large", None) in codes(*chain, ask("n149", "end", "up"), END, UP)


def test_lint_lists_errors_first_in_reading_order() -> None:
    found = check(ask("a", "b", minutes=None), ask("b", "end", title=""), ask("c", "end"), END)
    assert [one.code for one in found] == [Code.EMPTY_TITLE, Code.UNREACHABLE, Code.NO_ESCALATION, Code.NO_MINUTES]


@given(graphs.graphs)
def test_lint_any_graph_is_answered(graph: Graph) -> None:
    assert all(finding.message for finding in lint(graph, subflows={}))


@given(graphs.connected())
def test_lint_connected_graph_has_nothing_unreachable(graph: Graph) -> None:
    assert Code.UNREACHABLE not in {finding.code for finding in lint(graph, subflows={})}
