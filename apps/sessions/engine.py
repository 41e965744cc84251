"""Moves through flows. Pure: takes graphs by version id, returns places; nothing is read or written.

A place is a tuple of frames, the called flow last. The empty place asks nothing more: a procedure is done,
or the session has no flow.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.flows.graph import Graph, Node, SubFlow

Graphs = Mapping[int, Graph]


class Refused(Exception):
    """The move is not possible; the message says why."""


class WrongValue(Refused):
    """What was typed into a field is not what it asks for; ``field`` is its name in the form."""

    def __init__(self, sentence: str, field: str = "value") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Frame:
    version: int
    node: str


Place = tuple[Frame, ...]
NOWHERE: Place = ()
DEEPEST = 8  # flows that may call each other in one session
LONGEST_KEY = 700  # of a place: so many frames, each of an id and a node's name


def place_from(data: Iterable[Sequence[Any]]) -> Place:
    """Read a stored place: [[version id, node id], …]."""
    return tuple(Frame(version, node) for version, node in data)


def place_data(place: Place) -> list[list[Any]]:
    return [[frame.version, frame.node] for frame in place]


def place_key(place: Place) -> str:
    """A short text that tells places apart, for drafts and forms."""
    return "/".join(f"{frame.version}:{frame.node}" for frame in place)


def start(version: int, graphs: Graphs) -> Place:
    """The first place of a flow."""
    first = graphs[version].first
    return (Frame(version, first),) if first else NOWHERE


def node_at(place: Place, graphs: Graphs) -> Node | None:
    """The node asked at a place; None where nothing is asked."""
    if not place:
        return None
    node = graphs[place[-1].version].by_id.get(place[-1].node)
    if node is None:
        raise Refused("This step is not in the flow. Choose another one.")
    return node


def choose(place: Place, choice: int, graphs: Graphs) -> Place:
    """Follow an exit of the node by its index; a procedure's step has one, to the next step."""
    node = _asked(place, graphs)
    targets = _targets(place, node, graphs)
    if not 0 <= choice < len(targets):
        raise Refused("This answer is not among the step's answers. Choose one of those shown.")
    return _to(place, targets[choice], graphs)


def skip(place: Place, graphs: Graphs) -> Place:
    """Go on without an answer: by the last exit, which is the one for what did not help."""
    node = _asked(place, graphs)
    targets = _targets(place, node, graphs)
    if not targets:
        raise Refused("This is the end of the flow. There is nothing to skip to.")
    return _to(place, targets[-1], graphs)


def enter(place: Place, version: int, graphs: Graphs) -> Place:
    """Go into the flow that a sub-flow node calls."""
    if not isinstance(_asked(place, graphs), SubFlow):
        raise Refused("This step calls no other flow.")
    if version in {frame.version for frame in place}:
        raise Refused("This flow is already running further up. Go back to it instead.")
    if len(place) == DEEPEST:
        raise Refused(f"{DEEPEST} flows have called each other already. Skip this step or do it by hand.")
    return place + start(version, graphs)


def leave(place: Place, graphs: Graphs) -> Place:
    """Return from a called flow, from whatever step, and go on behind the node that called it."""
    if len(place) < 2:
        raise Refused("No other flow called this one.")
    return choose(place[:-1], 0, graphs)


def jump(place: Place, depth: int, node: str, graphs: Graphs) -> Place:
    """Stand at another node of the flow at a depth (0 is the session's own flow)."""
    if not 0 <= depth < len(place) or node not in graphs[place[depth].version].by_id:
        raise Refused("This step is not in the flow. Choose another one.")
    return (*place[:depth], Frame(place[depth].version, node))


def walk(place: Place, answers: Mapping[str, int], graphs: Graphs) -> tuple[list[tuple[Place, int]], Place]:
    """Follow answers given by node id from a place on, each once; return the steps taken and where they end."""
    left, taken, depth = dict(answers), [], len(place)
    while place and len(place) == depth and place[-1].node in left:
        choice = left.pop(place[-1].node)
        taken.append((place, choice))
        place = choose(place, choice, graphs)
    return taken, place


def ahead(place: Place, graphs: Graphs) -> list[Node]:
    """The nodes of the shortest way from a place to a good end of its flow, without the place itself."""
    if not place:
        return []
    graph, steps = graphs[place[-1].version], [place[-1].node]
    while steps[-1] in graph.towards_end:
        steps.append(graph.towards_end[steps[-1]])
    return [graph.by_id[step] for step in steps[1:]]


def _asked(place: Place, graphs: Graphs) -> Node:
    node = node_at(place, graphs)
    if node is None:
        raise Refused("No step is open here.")
    return node


def _targets(place: Place, node: Node, graphs: Graphs) -> tuple[str | None, ...]:
    """Target of each exit; None stands for the end of a procedure."""
    graph = graphs[place[-1].version]
    if not graph.branching:
        return graph.targets(node) or (None,)
    return tuple(option.to for option in node.exits)


def _to(place: Place, target: str | None, graphs: Graphs) -> Place:
    if target is not None:
        return (*place[:-1], Frame(place[-1].version, target))
    return leave(place, graphs) if len(place) > 1 else NOWHERE
