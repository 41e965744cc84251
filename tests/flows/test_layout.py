from itertools import combinations
from typing import Any

from hypothesis import given

from apps.flows.graph import Graph
from apps.flows.layout import BOX_HEIGHT, BOX_WIDTH, CHIP_HEIGHT, CHIP_WIDTH, Drawing, draw, outline
from tests.factories.flows import GRAPH
from tests.flows import graphs
from tests.flows.graphs import question


def rectangles(drawing: Drawing) -> list[tuple[int, int, int, int]]:
    boxes = [(box.x, box.y, box.x + BOX_WIDTH, box.y + BOX_HEIGHT) for box in drawing.boxes]
    return boxes + [(chip.x, chip.y, chip.x + CHIP_WIDTH, chip.y + CHIP_HEIGHT) for chip in drawing.chips]


def procedure(*sections: str) -> Graph:
    nodes = [{"id": f"s{n}", "kind": "step", "title": f"Step {n}", "section": s} for n, s in enumerate(sections)]
    return Graph.model_validate({"kind": "procedure", "nodes": nodes})


def tree(*targets: list[int]) -> Graph:
    return Graph.model_validate({"start": "n0", "nodes": [question(n, to) for n, to in enumerate(targets)]})


@given(graphs.graphs | graphs.connected())
def test_draw_places_every_node_once(graph: Graph) -> None:
    assert sorted(box.node.id for box in draw(graph).boxes) == sorted(graph.by_id)


@given(graphs.connected())
def test_draw_lets_nothing_overlap_or_leave_the_picture(graph: Graph) -> None:
    drawing = draw(graph)
    for one, two in combinations(rectangles(drawing), 2):
        assert one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]
    assert all(x >= 0 and y >= 0 and r <= drawing.width and b <= drawing.height for x, y, r, b in rectangles(drawing))


@given(graphs.connected())
def test_draw_has_an_edge_for_every_way(graph: Graph) -> None:
    drawing = draw(graph)
    assert len(drawing.edges) == sum(len(graph.targets(node)) for node in graph.nodes)
    assert len(drawing.chips) == sum(edge.cross for edge in drawing.edges)


@given(graphs.graphs | graphs.connected())
def test_outline_closes_what_it_opens(graph: Graph) -> None:
    lines = outline(graph)
    assert sum(line.opens for line in lines) == sum(len(line.closes) for line in lines)
    own = [line.node.id for line in lines if not line.cross]
    assert len(own) == len(set(own))


def test_draw_puts_the_start_left_and_marks_it() -> None:
    drawing = draw(Graph.model_validate(GRAPH))
    start = min(drawing.boxes, key=lambda box: box.x)
    assert (start.node.id, start.first) == ("scope", True)
    assert [box.node.id for box in drawing.boxes if box.first] == ["scope"]


def test_draw_second_way_to_a_node_is_a_chip_that_names_it() -> None:
    drawing = draw(Graph.model_validate(GRAPH))
    assert [(chip.text, chip.title) for chip in drawing.chips] == [("↪ Hand over", "Hand over")]
    assert [(edge.label, edge.cross) for edge in drawing.edges if edge.cross] == [("No change", True)]


def test_draw_two_answers_to_the_same_node_share_an_edge() -> None:
    graph = tree([1, 1], [])
    assert [edge.label for edge in draw(graph).edges] == ["to 1 / to 1"]


def test_draw_parent_stands_level_with_its_first_child() -> None:
    boxes = {box.node.id: box for box in draw(tree([1, 2], [], [])).boxes}
    assert boxes["n0"].y == boxes["n1"].y < boxes["n2"].y


def test_draw_long_title_is_cut_into_two_lines() -> None:
    node: dict[str, Any] = {"id": "a", "kind": "step", "title": "Open the port " * 10}
    drawing = draw(Graph.model_validate({"kind": "procedure", "nodes": [node]}))
    lines = drawing.boxes[0].lines
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert max(map(len, lines)) <= 25


def test_draw_tells_the_end_beneath_a_short_title() -> None:
    details = {box.node.id: box.detail for box in draw(Graph.model_validate(GRAPH)).boxes}
    assert details == {"scope": "", "restart": "", "done": "Resolved", "hand-over": "Hand over"}


def test_draw_procedure_has_a_column_for_each_section() -> None:
    columns = [box.x for box in draw(procedure("Prepare", "Prepare", "Install")).boxes]
    assert columns[0] == columns[1] < columns[2]


def test_draw_long_section_wraps_without_overlap() -> None:
    drawing = draw(procedure(*["Prepare"] * 20))
    assert len({(box.x, box.y) for box in drawing.boxes}) == 20
    assert len({box.x for box in drawing.boxes}) == 3


def test_draw_chain_of_thousands_is_drawn() -> None:
    assert len(draw(tree(*[[n + 1] for n in range(2999)], [])).boxes) == 3000


def test_outline_goes_depth_first_and_names_what_stands_elsewhere() -> None:
    lines = outline(Graph.model_validate(GRAPH))
    assert [(line.label, line.node.id, line.cross) for line in lines] == [
        ("", "scope", False),
        ("One person", "restart", False),
        ("It works again", "done", False),
        ("No change", "hand-over", True),
        ("Everybody", "hand-over", False),
    ]
    nesting = [(line.opens, len(line.closes)) for line in lines]
    assert nesting == [
        (True, 0),
        (True, 0),
        (False, 0),
        (False, 1),
        (False, 1),
    ]


def test_outline_of_procedure_tells_each_section_once() -> None:
    lines = outline(procedure("Prepare", "Prepare", "Install"))
    assert [line.section for line in lines] == ["Prepare", "", "Install"]


def test_answer_calls_its_variables_by_their_labels() -> None:
    start = {**question(0, [1]), "id": "n0"}
    start["options"] = [{"label": "{{owner}} agrees to {{what}}", "to": "n1"}]
    variables = [{"name": "owner", "label": "Owner of the data"}]
    graph = Graph.model_validate({"start": "n0", "variables": variables, "nodes": [start, question(1, [])]})
    said = "[Owner of the data] agrees to [what]"
    assert outline(graph)[1].label == said == draw(graph).edges[0].title
