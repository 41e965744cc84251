"""What a library holds, in numbers. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping

from apps.flows.graph import ASSUMED_MINUTES, Graph

HEAD = ("flow", "nodes", "minutes", "reads", "changes", "unverified")


def row(slug: str, graph: Graph) -> tuple[str, int, int, int, int, int]:
    """As ``HEAD`` says. The minutes are those of all steps together: the work described, not the length of one way."""
    effects = [command.effect for node in graph.nodes for command in node.commands]
    minutes = sum(ASSUMED_MINUTES if node.minutes is None else node.minutes for node in graph.nodes)
    return slug, len(graph.nodes), minutes, effects.count("read"), effects.count("change"), len(graph.unverified)


def table(graphs: Mapping[str, Graph]) -> list[str]:
    """Lines of text: a head, one line a flow, the sums."""
    rows = [row(slug, graph) for slug, graph in graphs.items()]
    passages = sum(graph.kind == "passage" for graph in graphs.values())
    count = f"{len(rows) - passages} flows" + (f", {passages} shared passages" if passages else "")
    sums = [sum(column) for column in list(zip(*rows, strict=True))[1:]] if rows else [0] * 5
    return [f"{line[0]:<32}" + "".join(f"{cell:>12}" for cell in line[1:]) for line in (HEAD, *rows, (count, *sums))]


def shared(graphs: Mapping[str, Graph]) -> list[str]:
    """A line for each passage: how many flows go through it, and which."""
    passages = [slug for slug, graph in graphs.items() if graph.kind == "passage"]
    callers = {slug: [caller for caller, graph in graphs.items() if slug in graph.calls()] for slug in passages}
    return [f"{slug} is shared by {len(found)}: {', '.join(found)}" for slug, found in callers.items()]


def by_shell(graphs: Iterable[Graph]) -> str:
    shells = Counter(command.shell for graph in graphs for node in graph.nodes for command in node.commands)
    return "commands: " + ", ".join(f"{count} {shell}" for shell, count in shells.most_common())
