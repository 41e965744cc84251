from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.flows.management.commands.import_flows import find_team
from apps.flows.report import by_shell, shared, table
from apps.flows.selectors import shared_flows


class Command(BaseCommand):
    help = "Print the size of each published flow, commands by kind, who shares a passage, and steps not verified."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--team", type=int, help="id of the team; without it, the flows for every team")

    def handle(self, *args: Any, team: int | None, **options: Any) -> None:
        graphs = {flow.slug: flow.published.graph for flow in shared_flows(find_team(team)) if flow.published}
        self.stdout.write("\n".join([*table(graphs), by_shell(graphs.values()), *shared(graphs)]))
        for slug, graph in graphs.items():
            for node in graph.unverified:
                self.stdout.write(f"{slug}, {node.id}: {node.source}")
