from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.flows.graph import Graph, Resolution
from apps.sessions import engine
from apps.sessions.engine import Frame, Refused
from tests.flows.graphs import connected

MAIN, CALLED, LIST = 1, 2, 3
GRAPHS = {
    MAIN: Graph.model_validate(
        {
            "start": "scope",
            "nodes": [
                {"id": "scope", "kind": "question", "title": "Who?", "options": [
                    {"label": "One", "to": "try"}, {"label": "All", "to": "hand-over"}]},
                {"id": "try", "kind": "action", "title": "Restart", "options": [
                    {"label": "Works", "to": "done"}, {"label": "Not yet", "to": "call"}]},
                {"id": "call", "kind": "sub_flow", "title": "Check the name", "flow": "dns", "to": "again"},
                {"id": "again", "kind": "question", "title": "Now?", "options": [
                    {"label": "Yes", "to": "done"}, {"label": "No", "to": "try"}]},
                {"id": "done", "kind": "resolution", "title": "Works", "summary": "It works."},
                {"id": "hand-over", "kind": "escalation", "title": "Hand over", "have_ready": ["Log"]},
            ],
        }
    ),
    CALLED: Graph.model_validate(
        {
            "start": "ask",
            "nodes": [
                {"id": "ask", "kind": "verify_caller", "title": "Caller", "verified": "fine", "failed": "fine"},
                {"id": "fine", "kind": "resolution", "title": "Fine", "summary": "Fine."},
            ],
        }
    ),
    LIST: Graph.model_validate(
        {"kind": "procedure", "nodes": [{"id": f"s{n}", "kind": "step", "title": f"Step {n}"} for n in range(3)]}
    ),
}  # fmt: skip


def at(*frames: tuple[int, str]) -> engine.Place:
    return tuple(Frame(*frame) for frame in frames)


def test_start_of_a_flow_is_its_first_node():
    assert engine.start(MAIN, GRAPHS) == at((MAIN, "scope"))
    assert engine.start(LIST, GRAPHS) == at((LIST, "s0"))


def test_choose_follows_the_exit_of_that_index():
    assert engine.choose(at((MAIN, "scope")), 1, GRAPHS) == at((MAIN, "hand-over"))


@pytest.mark.parametrize("choice", [-1, 2, 99])
def test_choose_an_answer_that_is_not_there_is_refused(choice):
    with pytest.raises(Refused, match="not among"):
        engine.choose(at((MAIN, "scope")), choice, GRAPHS)


def test_choose_at_an_end_is_refused():
    with pytest.raises(Refused):
        engine.choose(at((MAIN, "done")), 0, GRAPHS)


def test_choose_in_a_procedure_goes_to_the_next_step_and_then_nowhere():
    place = engine.choose(at((LIST, "s1")), 0, GRAPHS)
    assert place == at((LIST, "s2"))
    assert engine.choose(place, 0, GRAPHS) == engine.NOWHERE


def test_skip_takes_the_exit_for_what_did_not_help():
    assert engine.skip(at((MAIN, "try")), GRAPHS) == at((MAIN, "call"))
    with pytest.raises(Refused, match="nothing to skip"):
        engine.skip(at((MAIN, "done")), GRAPHS)


def test_a_called_flow_returns_behind_the_node_that_called_it():
    inside = engine.enter(at((MAIN, "call")), CALLED, GRAPHS)
    assert inside == at((MAIN, "call"), (CALLED, "ask"))
    end = engine.choose(inside, 0, GRAPHS)
    assert engine.leave(end, GRAPHS) == at((MAIN, "again"))


def test_a_called_procedure_returns_by_itself_after_its_last_step():
    inside = at((MAIN, "call"), (LIST, "s2"))
    assert engine.choose(inside, 0, GRAPHS) == at((MAIN, "again"))


def test_enter_at_another_kind_of_node_or_into_a_running_flow_is_refused():
    with pytest.raises(Refused, match="no other flow"):
        engine.enter(at((MAIN, "scope")), CALLED, GRAPHS)
    with pytest.raises(Refused, match="already running"):
        engine.enter(at((MAIN, "call")), MAIN, GRAPHS)


def test_leave_the_own_flow_is_refused():
    with pytest.raises(Refused, match="No other flow"):
        engine.leave(at((MAIN, "scope")), GRAPHS)


def test_jump_drops_the_frames_above_and_refuses_unknown_steps():
    inside = at((MAIN, "call"), (CALLED, "ask"))
    assert engine.jump(inside, 0, "try", GRAPHS) == at((MAIN, "try"))
    for depth, node in ((0, "nothing"), (2, "ask"), (-1, "ask")):
        with pytest.raises(Refused):
            engine.jump(inside, depth, node, GRAPHS)


def test_walk_follows_each_answer_once_even_round_a_loop():
    answers = {"scope": 0, "try": 1, "again": 1}
    taken, end = engine.walk(at((MAIN, "scope")), answers, GRAPHS)
    assert [place[-1].node for place, _ in taken] == ["scope", "try"]
    assert end == at((MAIN, "call"))


def test_walk_does_not_carry_answers_into_the_flow_that_called():
    inside = at((MAIN, "call"), (LIST, "s2"))
    taken, end = engine.walk(inside, {"s2": 0, "again": 0}, GRAPHS)
    assert (len(taken), end) == (1, at((MAIN, "again")))


def test_ahead_is_the_shortest_way_to_a_good_end():
    assert [node.id for node in engine.ahead(at((MAIN, "call")), GRAPHS)] == ["again", "done"]
    assert [node.id for node in engine.ahead(at((LIST, "s0")), GRAPHS)] == ["s1", "s2"]
    assert engine.ahead(at((MAIN, "hand-over")), GRAPHS) == []
    assert engine.ahead(engine.NOWHERE, GRAPHS) == []


def test_places_survive_being_stored():
    inside = at((MAIN, "call"), (CALLED, "ask"))
    assert engine.place_from(engine.place_data(inside)) == inside
    assert engine.place_key(inside) == "1:call/2:ask"


MOVES = st.lists(
    st.tuples(st.sampled_from(["choose", "skip", "jump", "enter", "leave"]), st.integers(-1, 6)), max_size=60
)


@given(MOVES)
def test_moves_in_any_order_never_leave_the_graph(moves):
    place = engine.start(MAIN, GRAPHS)
    for name, number in moves:
        with suppress(Refused):
            place = _move(name, number, place)
        node = engine.node_at(place, GRAPHS)
        assert node is None or node.id in GRAPHS[place[-1].version].by_id


def _move(name, number, place):
    nodes = list(GRAPHS[MAIN].by_id)
    moves = {
        "choose": lambda: engine.choose(place, number, GRAPHS),
        "skip": lambda: engine.skip(place, GRAPHS),
        "jump": lambda: engine.jump(place, 0, nodes[number % len(nodes)], GRAPHS),
        "enter": lambda: engine.enter(place, CALLED, GRAPHS),
        "leave": lambda: engine.leave(place, GRAPHS),
    }
    return moves[name]()


def test_enter_refuses_more_than_eight_flows_deep_and_keeps_keys_of_places_short():
    name = "n" * 64
    graph = Graph.model_validate(
        {"start": name, "nodes": [{"id": name, "kind": "sub_flow", "title": "On", "flow": "next", "to": name}]}
    )
    graphs = {10**18 + number: graph for number in range(engine.DEEPEST + 1)}
    first, *called, last = graphs
    place = engine.start(first, graphs)
    for version in called:
        place = engine.enter(place, version, graphs)
    assert len(engine.place_key(place)) <= engine.LONGEST_KEY
    with pytest.raises(engine.Refused, match="called each other"):
        engine.enter(place, last, graphs)


def steps_to_end(graph: Graph, node_id: str) -> int | None:
    """By trying all: how many steps it is at least to a good end."""
    reached, steps = {node_id}, 0
    while reached:
        nodes = [graph.by_id[one] for one in reached]
        if any(isinstance(node, Resolution) or not (graph.branching or graph.targets(node)) for node in nodes):
            return steps
        reached, steps = {target for node in nodes for target in graph.targets(node)}, steps + 1
        if steps > len(graph.nodes):
            return None
    return None


def with_ends(graph: Graph) -> Graph:
    """The graph with a good end wherever it goes no further."""
    ends = {node.id for node in graph.nodes if not graph.targets(node)}
    nodes = [node for node in graph.content()["nodes"] if node["id"] not in ends]
    nodes += [{"id": end, "kind": "resolution", "title": "Done", "summary": "Done."} for end in ends]
    return Graph.model_validate({"start": graph.start, "nodes": nodes})


@given(connected().map(with_ends))
def test_way_ahead_is_as_short_as_can_be_and_each_step_leads_to_the_next(graph: Graph) -> None:
    for node in graph.nodes:
        way = engine.ahead(at((1, node.id)), {1: graph})
        assert len(way) == (steps_to_end(graph, node.id) or 0)
        for one, other in pairwise([node, *way]):
            assert other.id in graph.targets(one)
