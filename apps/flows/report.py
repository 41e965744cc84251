"""What a library holds, in numbers. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from apps.flows.graph import ASSUMED_MINUTES, Graph, Node


@dataclass(frozen=True)
class FlowReport:
    """``minutes`` are those of all steps together: the size of the work described, not the length of one way."""

    slug: str
    nodes: int
    minutes: int
    reads: int
    changes: int
    unverified: tuple[Node, ...]


def report(slug: str, graph: Graph) -> FlowReport:
    effects = [command.effect for node in graph.nodes for command in node.commands]
    return FlowReport(
        slug=slug,
        nodes=len(graph.nodes),
        minutes=sum(ASSUMED_MINUTES if node.minutes is None else node.minutes for node in graph.nodes),
        reads=effects.count("read"),
        changes=effects.count("change"),
        unverified=graph.unverified,
    )


def table(reports: Iterable[FlowReport]) -> list[str]:
    """Lines of text: a head, one line a flow, the sums."""
    rows = [(r.slug, r.nodes, r.minutes, r.reads, r.changes, len(r.unverified)) for r in reports]
    sums = [sum(column) for column in list(zip(*rows, strict=True))[1:]] if rows else [0] * 5
    lines = [("flow", "nodes", "minutes", "reads", "changes", "unverified"), *rows, (f"{len(rows)} flows", *sums)]
    return [f"{line[0]:<32}" + "".join(f"{cell:>12}" for cell in line[1:]) for line in lines]


def by_shell(graphs: Iterable[Graph]) -> str:
    shells = Counter(command.shell for graph in graphs for node in graph.nodes for command in node.commands)
    return "commands: " + ", ".join(f"{count} {shell}" for shell, count in shells.most_common())
