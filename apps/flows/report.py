"""What a library holds, in numbers. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from apps.flows.graph import ASSUMED_MINUTES, Graph, Node


@dataclass(frozen=True)
class FlowReport:
    """``minutes`` are those of all steps together: the size of the work described, not the length of one way.

    ``kinds`` counts the commands by (shell, effect).
    """

    slug: str
    nodes: int
    minutes: int
    kinds: Counter[tuple[str, str]]
    unverified: tuple[Node, ...]

    def commands(self, effect: str) -> int:
        return sum(count for (_, one), count in self.kinds.items() if one == effect)


def report(slug: str, graph: Graph) -> FlowReport:
    return FlowReport(
        slug=slug,
        nodes=len(graph.nodes),
        minutes=sum(ASSUMED_MINUTES if node.minutes is None else node.minutes for node in graph.nodes),
        kinds=Counter((command.shell, command.effect) for node in graph.nodes for command in node.commands),
        unverified=graph.unverified,
    )


def table(reports: Iterable[FlowReport]) -> list[str]:
    """Lines of text: a head, one line a flow, the sums."""
    rows = [(r.slug, r.nodes, r.minutes, r.commands("read"), r.commands("change"), len(r.unverified)) for r in reports]
    sums = [sum(column) for column in list(zip(*rows, strict=True))[1:]] if rows else [0] * 5
    return lines([("flow", "nodes", "minutes", "reads", "changes", "unverified"), *rows, (f"{len(rows)} flows", *sums)])


def kinds_table(reports: Iterable[FlowReport]) -> list[str]:
    """Lines of text: a head, one line for each shell with its commands, the most used first."""
    kinds = sum((one.kinds for one in reports), Counter[tuple[str, str]]())
    rows = [(shell, kinds[shell, "read"], kinds[shell, "change"]) for shell in {shell for shell, _ in kinds}]
    return lines([("shell", "reads", "changes"), *sorted(rows, key=lambda row: (-row[1] - row[2], row[0]))])


def lines(rows: Iterable[tuple[str | int, ...]]) -> list[str]:
    return [f"{row[0]:<32}" + "".join(f"{cell:>12}" for cell in row[1:]) for row in rows]
