import pytest
from hypothesis import given

from apps.flows.flow_file import MAX_CHARACTERS, FlowFile, FlowFileError, FlowHead, Problem, read, write_flow
from apps.flows.graph import Graph
from tests.flows import graphs

FILE = """\
slug: vpn
title: No
nodes:
  - id: a
    kind: question
    title: 0x80070005
    minutes: 5
    options:
      - label: No
        to: b
  - id: b
    kind: resolution
    title: 2026-11-24
    summary: |
      First.

      Second.
"""


def problems(text: str) -> list[Problem]:
    with pytest.raises(FlowFileError) as refused:
        read(FlowFile, text)
    return refused.value.problems


@given(graphs.heads, graphs.graphs)
def test_write_then_read_gives_the_same_flow(head: FlowHead, graph: Graph) -> None:
    again, _ = read(FlowFile, write_flow(head, graph))
    assert again.head == head
    assert again.graph == graph


@given(graphs.graphs)
def test_content_validates_to_the_same_graph(graph: Graph) -> None:
    assert Graph.model_validate(graph.content()) == graph


def test_read_plain_words_stay_text() -> None:
    flow, _ = read(FlowFile, FILE)
    assert (flow.title, flow.nodes[0].title, flow.nodes[1].title) == ("No", "0x80070005", "2026-11-24")
    assert flow.nodes[0].minutes == 5
    assert flow.nodes[0].exits[0].label == "No"


def test_write_sound_file_keeps_it_byte_for_byte() -> None:
    text = FILE.replace("title: No\n", "title: VPN\nkind: troubleshooting\n").replace("label: No", "label: Not yet")
    text = text.replace("0x80070005", "Which error?").replace("2026-11-24", "Solved")
    flow, _ = read(FlowFile, text)
    assert write_flow(flow.head, flow.graph) == text


def test_write_command_of_several_lines_is_a_block() -> None:
    command = {"text": "Get-Service\nGet-Process", "where": "PC", "effect": "read"}
    node = {"id": "a", "kind": "step", "title": "Look", "commands": [command]}
    graph = Graph.model_validate({"kind": "procedure", "nodes": [node]})
    assert "text: |-\n          Get-Service\n          Get-Process\n" in write_flow(
        FlowHead(slug="a", title="A"), graph
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("slug: vpn\n", "", 1, "slug: Field required"),
        ("slug: vpn", "slug: V P N", 1, "slug"),
        ("minutes: 5", "minutes: soon", 7, "nodes, 1, question, minutes"),
        ("        to: b\n", "", 9, "options, 1, to: Field required"),
        ("        to: b\n", "        to: b\n        too: b\n", 11, "too: Extra inputs"),
        ("kind: resolution", "kind: riddle", 11, "riddle"),
        ("minutes: 5", "minutes: 5\n    minutes: 6", 8, "“minutes” stands here twice"),
        ("title: No", "title: [", 4, "No valid YAML"),
        ("title: No", "title: &x No", 2, "Anchors"),
        ("title: No", "title: No\n? [a]\n: b", 3, "plain text"),
        ("title: No", 'title: "a\\0"', 2, "NUL"),
        ("title: No", "title: a\x01", 2, "control characters"),
    ],
)
def test_read_wrong_file_names_line_and_reason(old: str, new: str, line: int, words: str) -> None:
    found = problems(FILE.replace(old, new, 1))
    assert [problem.line for problem in found] == [line]
    assert words in found[0].reason


def test_read_wrong_file_names_every_problem() -> None:
    found = problems(FILE.replace("minutes: 5", "minutes: soon").replace("kind: resolution", "kind: riddle"))
    assert [problem.line for problem in found] == [7, 11]


@pytest.mark.parametrize(
    "text", ["", "- a", "just words", "[" * 5000, "!!python/object/apply:os.system [x]", "a: b\n---\nc: d"]
)
def test_read_other_yaml_is_refused(text: str) -> None:
    assert problems(text)


def test_read_overlong_file_is_refused() -> None:
    assert "longer than" in problems("#" * (MAX_CHARACTERS + 1))[0].reason


def test_problem_reads_with_file_and_line() -> None:
    assert str(Problem(3, "No.", "a.yaml")) == "a.yaml, line 3: No."
    assert str(Problem(3, "No.")) == "Line 3: No."
