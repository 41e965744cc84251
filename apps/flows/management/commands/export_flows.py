from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.flows.exchange import export_flows
from apps.flows.management.commands.import_flows import find_team


class Command(BaseCommand):
    help = "Write published flows as YAML files, one each, into a folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--team", type=int, help="id of the team; without it, the flows for every team")
        parser.add_argument("--slug", default="", help="this flow only")

    def handle(self, *args: Any, folder: Path, team: int | None, slug: str, **options: Any) -> None:
        texts = dict(export_flows(team=find_team(team), slug=slug))
        if slug and not texts:
            raise CommandError(f"There is no published flow “{slug}”.")
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / f"{name}.yaml").write_text(text)
        self.stdout.write(f"Flows written to {folder}: {len(texts)}.")
