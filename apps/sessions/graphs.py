"""The graphs of published versions, as the engine takes them."""

from apps.flows.graph import Graph
from apps.flows.models import version_graph
from apps.sessions.engine import Graphs


class VersionGraphs(dict[int, Graph]):
    """Graphs by version id, read when first asked for."""

    def __missing__(self, version: int) -> Graph:
        return version_graph(version)


GRAPHS: Graphs = VersionGraphs()
