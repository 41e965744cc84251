from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.flows.management.commands.import_flows import find_team
from apps.flows.report import by_shell, report, table
from apps.flows.selectors import shared_flows


class Command(BaseCommand):
    help = "Print the size of each published flow, its commands by kind, and every step that is marked as not verified."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--team", type=int, help="id of the team; without it, the flows for every team")

    def handle(self, *args: Any, team: int | None, **options: Any) -> None:
        graphs = {flow.slug: flow.published.graph for flow in shared_flows(find_team(team)) if flow.published}
        reports = [report(slug, graph) for slug, graph in graphs.items()]
        self.stdout.write("\n".join([*table(reports), by_shell(graphs.values())]))
        for one in reports:
            for node in one.unverified:
                self.stdout.write(f"{one.slug}, {node.id}: {node.source}")
