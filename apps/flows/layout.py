"""Where the parts of a flow's picture stand, as data: a tidy tree from left to right, or columns of steps. Pure.

Lengths are pixels. A link back to a node that has its place already is drawn as a chip that names the node.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from textwrap import wrap

from apps.flows.graph import BaseNode, Graph, Node, Resolution, Step, SubFlow

BOX_WIDTH, BOX_HEIGHT, COLUMN_GAP, ROW_GAP = 222, 50, 158, 18
CHIP_HEIGHT, CHIP_WIDTH, CHIP_GAP = 24, 222, 10
MARGIN, BEND = 18, 30
TITLE_CHARACTERS, CHIP_CHARACTERS, LABEL_CHARACTERS = 25, 32, 20
ROWS_A_COLUMN = 8
DETAILS = {"verify_caller": "Verify the caller", "escalation": "Hand over"}


@dataclass(eq=False)
class Slot:
    """A place in the tree: a node, or (``cross``) a link to one that stands elsewhere."""

    node: Node
    label: str = ""
    column: int = 0
    cross: bool = False
    children: list["Slot"] = field(default_factory=list)
    top: int = 0

    @property
    def height(self) -> int:
        return CHIP_HEIGHT if self.cross else BOX_HEIGHT

    @property
    def gap(self) -> int:
        return CHIP_GAP if self.cross else ROW_GAP

    @property
    def left(self) -> int:
        return MARGIN + self.column * (BOX_WIDTH + COLUMN_GAP)

    @property
    def middle(self) -> int:
        return self.top + self.height // 2


@dataclass(frozen=True)
class Box:
    node: Node
    x: int
    y: int
    lines: tuple[str, ...]
    detail: str
    first: bool


@dataclass(frozen=True)
class Chip:
    x: int
    y: int
    text: str
    title: str


@dataclass(frozen=True)
class Edge:
    """``path`` is an SVG path; the label ends at ``label_x``."""

    path: str
    label: str
    title: str
    label_x: int
    label_y: int
    cross: bool


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    boxes: tuple[Box, ...]
    chips: tuple[Chip, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class OutlineLine:
    """A line of nested lists: it opens a list beneath itself, or closes ``closes`` of those around it."""

    node: Node
    label: str
    cross: bool
    opens: bool
    closes: range
    section: str = ""


def draw(graph: Graph) -> Drawing:
    """The picture of a graph; each node has one box."""
    slots = list(walk(grow(graph))) if graph.branching else chain(graph)
    first = graph.first
    boxes = tuple(box(slot, slot.node.id == first) for slot in slots if not slot.cross)
    chips = tuple(chip(slot) for slot in slots if slot.cross)
    edges = tuple(edge(slot, child) for slot in slots for child in slot.children)
    width = max((slot.left + BOX_WIDTH for slot in slots), default=0) + MARGIN
    height = max((slot.top + slot.height for slot in slots), default=0) + MARGIN
    return Drawing(width, height, boxes, chips, edges)


def outline(graph: Graph) -> list[OutlineLine]:
    """The graph in words, as the lines of nested lists."""
    if not graph.branching:
        return list(step_lines(graph))
    slots = list(walk(grow(graph)))
    depths = [slot.column for slot in slots] + [0]
    return [
        OutlineLine(slot.node, slot.label, slot.cross, bool(slot.children), range(max(0, here - following)))
        for slot, (here, following) in zip(slots, pairwise(depths), strict=True)
    ]


def step_lines(graph: Graph) -> Iterator[OutlineLine]:
    section = ""
    for node in graph.by_id.values():
        own = section_of(node)
        yield OutlineLine(node, "", False, False, range(0), own if own != section else "")
        section = own


def section_of(node: BaseNode) -> str:
    return node.section if isinstance(node, Step) else ""


def grow(graph: Graph) -> list[Slot]:
    """The trees of the graph, breadth first, so that each node stands as near to the start as it can."""
    placed: set[str] = set()
    roots = []
    start = [graph.by_id[graph.first]] if graph.first in graph.by_id else []
    for node in (*start, *graph.by_id.values()):
        if node.id not in placed:
            placed.add(node.id)
            roots.append(Slot(node))
            spread_out(graph, roots[-1], placed)
    settle(roots)
    return roots


def spread_out(graph: Graph, root: Slot, placed: set[str]) -> None:
    waiting = deque([root])
    while waiting:
        slot = waiting.popleft()
        for target, label in ways(graph, slot.node):
            child = Slot(graph.by_id[target], label, slot.column + 1, target in placed)
            slot.children.append(child)
            if not child.cross:
                placed.add(target)
                waiting.append(child)


def ways(graph: Graph, node: BaseNode) -> Iterator[tuple[str, str]]:
    """Targets that exist, each once, with the labels that lead there."""
    for target in graph.targets(node):
        if target in graph.by_id:
            yield target, " / ".join(graph.named(option.label) for option in node.exits if option.to == target)


def walk(roots: Iterable[Slot]) -> Iterator[Slot]:
    """Every slot, parents before their children, in the order of the answers."""
    waiting = list(reversed(list(roots)))
    while waiting:
        slot = waiting.pop()
        yield slot
        waiting.extend(reversed(slot.children))


def settle(roots: list[Slot]) -> None:
    """Give each slot its top: the highest free place of its column that is not above its parent.

    So the start is in the upper left corner, where the picture opens, and no column has needless holes.
    """
    free: dict[int, int] = {}
    for slot in walk(roots):
        slot.top = max(slot.top, free.get(slot.column, MARGIN))
        free[slot.column] = slot.top + slot.height + slot.gap
        for child in slot.children:
            child.top = slot.top


def chain(graph: Graph) -> list[Slot]:
    """A procedure's steps: a column for each section, a long one in several."""
    slots = []
    column = 0
    for _, steps in groupby(graph.by_id.values(), section_of):
        for number, node in enumerate(steps):
            row = number % ROWS_A_COLUMN
            column += number > 0 and row == 0
            slots.append(Slot(node, column=column, top=MARGIN + row * (BOX_HEIGHT + ROW_GAP)))
        column += 1
    for slot, following in pairwise(slots):
        slot.children.append(following)
    return slots


def box(slot: Slot, first: bool) -> Box:
    lines = tuple(wrap(slot.node.title, TITLE_CHARACTERS, max_lines=2, placeholder="…"))
    return Box(slot.node, slot.left, slot.top, lines, detail(slot.node) if len(lines) < 2 else "", first)


def detail(node: Node) -> str:
    """The second line under a short title."""
    if isinstance(node, Resolution):
        return "Workaround" if node.outcome == "workaround" else "Resolved"
    if isinstance(node, SubFlow):
        return shorten(f"Sub-flow {node.flow}", TITLE_CHARACTERS)
    minutes = f"{node.minutes} min" if node.minutes else ""
    return DETAILS.get(node.kind, minutes)


def chip(slot: Slot) -> Chip:
    return Chip(slot.left, slot.top, shorten(f"↪ {slot.node.title}", CHIP_CHARACTERS), slot.node.title)


def edge(slot: Slot, child: Slot) -> Edge:
    if child.column == slot.column:
        x = slot.left + BOX_WIDTH // 2
        return Edge(f"M{x} {slot.top + slot.height}V{child.top}", "", "", x, child.top, False)
    start, end = slot.left + BOX_WIDTH, child.left
    half, bend = start + BEND // 2, start + BEND
    path = f"M{start} {slot.middle}C{half} {slot.middle} {half} {child.middle} {bend} {child.middle}H{end}"
    label = shorten(child.label, LABEL_CHARACTERS)
    return Edge(path, label, child.label, end - 6, child.middle - 5, child.cross)


def shorten(text: str, characters: int) -> str:
    return text if len(text) <= characters else text[: characters - 1].rstrip() + "…"
